"""Every chapter in Microsoft's own .NET Interactive, through nbclient: no error, nothing on standard error, and the same words as from our engine.

What our engine shows is taken from the folder that OURS names (out/, where CI has just executed every chapter), else executed here.
"""

import html
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import kernels
import nbformat
from nbclient import NotebookClient

QUICK = {"06-training": {"steps": 60, "trialSteps": 30, "drawn": 40}}  # the chapter that trains is trained for less, in both
INTERACTIVE = "application/vnd.plotly.v1+json"


class Chapters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kernels.install_official()


def executes(chapter):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            ours = nbformat.read(executed_by_us(chapter, folder), 4)
        theirs = nbformat.read(chapter, 4)
        inject(theirs, QUICK.get(chapter.stem, {}))
        NotebookClient(theirs, kernel_name=kernels.OFFICIAL, timeout=900, resources={"metadata": {"path": str(chapter.parent)}}).execute()
        interactive = 0
        for old, new in zip(ours.cells, theirs.cells, strict=True):
            if old.cell_type != "code":
                continue
            with self.subTest("".join(old.source)[:80]):
                self.assertFalse([output for output in new.outputs if output.output_type == "error" or output.get("name") == "stderr"])
                if "timing" not in old.metadata.get("tags", []):
                    self.assertEqual(words(old), words(new))
                for before, after in zip(old.outputs, new.outputs):
                    if INTERACTIVE in before.get("data", {}):
                        interactive += 1
                        self.assertIn(INTERACTIVE, after["data"])
        print(f"{chapter.stem}: {interactive} interactive figures")

    return test


def executed_by_us(chapter, folder):
    if chapter.stem not in QUICK and (done := os.environ.get("OURS")):
        return kernels.ROOT / done / chapter.name
    knobs = [part for name, value in QUICK.get(chapter.stem, {}).items() for part in ("-p", f"{name}={value}")]
    subprocess.run(["dotnet", kernels.WORKBOOK, "run", chapter, "--output", folder, *knobs], check=True, stdout=subprocess.DEVNULL)
    return Path(folder) / chapter.name


def inject(notebook, knobs):
    """As papermill does: a cell after the one tagged parameters."""
    if knobs:
        place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell("\n".join(f"{name} = {value};" for name, value in knobs.items())))


def words(cell):
    """What a cell says in words: console text and plain values. The tool shows a plain value as HTML, of which the text counts; what it shows with a script is its own."""
    said = []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            said.append(output.text)
        elif "text/plain" in data:
            said.append(data["text/plain"])
        elif "<script" not in data["text/html"]:
            said.append(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", data["text/html"], flags=re.S)))
    return re.sub(r"\s+", " ", "".join(text + "\n" for text in said)).strip()


class Documented(unittest.TestCase):
    """What .NET Interactive's documentation shows, in a notebook of its own: alike in workbook run, in our kernel and in the tool."""

    CELLS = {
        "#r nuget": ('#r "nuget: Newtonsoft.Json, 13.0.3"\nConsole.Write(Newtonsoft.Json.JsonConvert.SerializeObject(new { a = 1 }));', r'\{"a":1\}'),
        "#load": ('#load "helpers.csx"\nConsole.Write(Sevenfold(6));', "42"),
        "display": ('display("shown");', "shown"),
        "#!html": ("#!html\n<b>bold</b>", "<b>bold</b>"),
        "#!time": ("#!time\nConsole.Write(1);", r"Wall time: [0-9.]+ms"),
        "a value": ("int shared = 42; Console.Write(shared);", "42"),
        "#!share": ("#!javascript\n#!share --from csharp shared\nconsole.log(shared);", r"shared = 42;(.|\n)*console\.log\(shared\);"),
        "#!whos": ("#!whos", "shared"),
    }

    ONLY_OURS = ("#!share",)  # the tool runs JavaScript, and shares with it, only where a browser's page has connected to it

    @classmethod
    def setUpClass(cls):
        kernels.install_official()

    def test_in_workbook_run_in_our_kernel_and_in_the_tool(self):
        with tempfile.TemporaryDirectory(dir=kernels.ROOT / "notebooks", prefix=".documented-") as folder:  # in the repository, whose tool it is
            (Path(folder) / "helpers.csx").write_text("int Sevenfold(int n) => 7 * n;\n")
            path = Path(folder) / "documented.ipynb"
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code, _ in self.CELLS.values()])
            nbformat.write(notebook, path)
            ran = {}
            for kernel in (kernels.NAME, kernels.OFFICIAL):
                ran[kernel] = nbformat.read(path, 4)
                for name, cell in zip(self.CELLS, ran[kernel].cells):
                    if kernel == kernels.OFFICIAL and name in self.ONLY_OURS:
                        cell.source = ""
                NotebookClient(ran[kernel], kernel_name=kernel, timeout=120, resources={"metadata": {"path": folder}}).execute()
            subprocess.run(["dotnet", kernels.WORKBOOK, "run", "--in-place", path], check=True, stdout=subprocess.DEVNULL)
            ran["workbook run"] = nbformat.read(path, 4)
        for host, executed in ran.items():
            for (name, (_, expected)), cell in zip(self.CELLS.items(), executed.cells, strict=True):
                if not cell.source:
                    continue
                with self.subTest(f"{name} in {host}"):
                    said = "\n".join(output.get("text", "") + "".join(output.get("data", {}).get(form, "") for form in ("text/html", "text/plain")) for output in cell.outputs)
                    self.assertRegex(said, expected)
                    self.assertFalse([output for output in cell.outputs if output.output_type == "error"])


for chapter in sorted((kernels.ROOT / "notebooks").glob("*.ipynb")):
    setattr(Chapters, f"test_{chapter.stem}", executes(chapter))

if __name__ == "__main__":
    unittest.main(verbosity=2)
