"""The whole of jupyter_kernel_test: every attribute is set, so that nothing is skipped."""

import unittest

import kernels
import jupyter_kernel_test


class CSharp(jupyter_kernel_test.KernelTests):
    kernel_name = kernels.NAME
    language_name = "csharp"
    file_extension = ".cs"
    code_hello_world = 'System.Console.WriteLine("hello, world");'
    code_stderr = 'System.Console.Error.WriteLine("oops");'
    completion_samples = [
        {"text": "System.Console.Wri", "matches": {"Write", "WriteLine"}},
        {"text": "System.Math.Sqr", "matches": {"Sqrt"}},
    ]
    complete_code_samples = ["1 + 1", "var x = 1;", "int Twice(int n)\n{\n    return 2 * n;\n}", "// nothing", "class A { }"]
    incomplete_code_samples = ["var x = (1 +", "if (true) {", "int F(", "/* open"]
    invalid_code_samples = ["int x = ;", "int 3x = 3;", "1 + ) 2"]
    code_page_something = "System.Math.Sqrt?"
    code_generate_error = 'throw new System.InvalidOperationException("no");'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": '"α" + "β"', "result": "αβ"},
        {"code": "System.Math.Max(3, 4)", "result": "4"},
    ]
    code_display_data = [
        {"code": 'display("shown");', "mime": "text/plain"},
        {"code": kernels.SETUP + '\nnew Plot("a", "x", "y").Line("l", [0.0, 1.0], [0.0, 1.0]).Show();', "mime": "image/png"},
    ]
    code_history_pattern = "1 ? 2"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "System.Math.Sqrt"
    code_clear_output = "Notebooks.Cells.CellDisplay.Clear();"


del jupyter_kernel_test.KernelTests  # an abstract case, which unittest would run too
if __name__ == "__main__":
    unittest.main(verbosity=2)
