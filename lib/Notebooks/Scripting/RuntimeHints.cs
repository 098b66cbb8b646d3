using System.Text.RegularExpressions;

namespace Notebooks.Scripting;

/// <summary>What an exception means to a beginner and what to do about it, in one sentence.</summary>
static partial class RuntimeHints
{
    /// <summary>The sentence; null for an exception that the table does not know, whose own message must do.</summary>
    internal static string? For(Exception exception) => ForText($"{exception.GetType().Name}: {Message(exception)}");

    /// <summary>The same for what native code has left behind.</summary>
    internal static string? ForText(string text)
    {
        foreach ((string pattern, string sentence) in Sentences)
            if (Regex.Match(text, pattern) is { Success: true } match) return match.Result(sentence);
        return null;
    }

    /// <summary>The exception's message; libtorch's without the C++ calls that led to it, TorchSharp's without its trace of where it
    /// looked.</summary>
    internal static string Message(Exception exception) => Details().Split(exception.Message)[0].TrimEnd();

    /// <summary>What the exception says (Type: message), and the sentence, in which $1 is what the first brackets have found.</summary>
    static readonly (string Pattern, string Sentence)[] Sentences =
    [
        // Shapes
        (@"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
            "Two tensors do not fit element by element: in dimension $3 one has $1 entries and the other $2. Print the `.shape` of both; "
                + "only equal sizes or 1 go together."),
        (@"mat1 and mat2 shapes cannot be multiplied \((\S+) and (\S+)\)",
            "These matrices cannot be multiplied: one is $1, the other $2, but the columns of the first must be as many as the rows of "
                + "the second. Print the `.shape` of both."),
        (@"shape '(.+)' is invalid for input of size (\d+)",
            "A tensor of $2 numbers cannot be given the shape $1: the product of the sizes must be $2. Print its `.shape`, "
            + "or leave one size to -1."),
        (@"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
            "These tensors cannot be joined along dimension $1: elsewhere their sizes differ, $2 and $3. Print the `.shape` of each."),
        (@"stack expects each tensor to be equal size, but got (\[.*\]) at entry 0 and (\[.*\]) at entry",
            "Only tensors of one shape can be stacked, and these have the shapes $1 and $2: print the `.shape` of each."),
        (@"expected input\[(.+)\] to have (\d+) channels, but got (\d+) channels",
            "This convolution takes $2 channels, but the input [$1] has $3: print the input's `.shape` (batch, channels, height, width)."),
        (@"index (-?\d+) .*out of (?:range|bounds) .*of size (\[.*\]) at dimension (\d+)",
            "There is no entry $1 in dimension $3 of a tensor of shape $2: count from 0, and print its `.shape`."),
        (@"^ExternalException: .*index.* out of (?:range|bounds)",
            "An index lies outside the tensor: count from 0, and print the indices and the tensor's `.shape`."),
        (@"Dimension out of range \(expected to be in range of \[(.+), (.+)\], but got (-?\d+)\)",
            "The tensor has no dimension $3, only $1 to $2 (negative ones count from the end): print its `.shape`."),
        (@"Number of elements in the tensor must be 1",
            "`.item` takes a number out of a tensor of one element, and this one has more: print its `.shape`, and index it "
            + "or take `.mean()` first."),

        // Types, devices, gradients, lifetimes
        (@"^ExternalException: .*(?:expected scalar type|same dtype|Expected object of scalar type|expected .* to have dtype)",
            "Two tensors hold different types of numbers: print the `.dtype` of both, and convert one with `.to(torch.float32)`."),
        (@"could not infer output dtype",
            "A mean needs numbers with decimals, and this tensor holds whole numbers: convert it first with `.to(torch.float32)`."),
        (@"^ArgumentException: (\w+) is not compatible with (\w+)",
            "The tensor holds $2, not $1: read it as $2, or convert it with `.to(…)` first."),
        (@"Expected all tensors to be on the same device",
            "These tensors are on different devices: make all of them with `device: Compute.Device`, or move one "
            + "with `.to(Compute.Device)`."),
        (@"device type '?(CUDA|MPS)'? (?:did not initialise|is not available)|not compiled with CUDA|Found no NVIDIA driver",
            "There is no such device here (no GPU, or the CPU build of libtorch): write `Compute.Device`, which is the best there is, or "
                + "build with `-p:Torch=cuda` on a machine with an NVIDIA GPU."),
        (@"does not require grad and does not have a grad_fn",
            "There is nothing to differentiate: make the tensor with `requires_grad: true` before computing with it."),
        (@"Tensor invalid -- empty handle|^ObjectDisposedException: ",
            "This object has been disposed: the `using` block or dispose scope in which it was made has ended. Make it again, or take it "
                + "out with `.MoveToOuterDisposeScope()` before the end."),

        // C#
        (@"^NullReferenceException: ",
            "Something that stands before a dot or a bracket in this line is `null`: nothing has been assigned to it yet. Run the cells "
            + "above first (Run All Above), or print it to see which."),
        (@"^(?:IndexOutOfRangeException: |ArgumentOutOfRangeException: Index was out of range)",
            "An index lies outside the list or array: the first is 0, the last is one less than its length."),
        (@"^DivideByZeroException: ", "A whole number is divided by 0: check the divisor, or compute with decimals (`1.0 / n`)."),

        (@"^CultureNotFoundException: .*globalization-invariant",
            "This machine has no data on cultures: install ICU (Debian, Ubuntu: `apt-get install libicu-dev`) and unset "
                + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT, or use `CultureInfo.InvariantCulture`."),

        // Libraries
        (@"^(?:FileNotFoundException|FileLoadException|BadImageFormatException): Could not load file or assembly '([^,']+)",
            "The library $1 cannot be loaded: build it with `dotnet build -c Release` in the workbook's folder, then restart "
                + "the kernel and run all."),
        (@"^(?:MissingMethodException|MissingFieldException|TypeLoadException): ",
            "The library has been rebuilt, or is another version than this cell was written for: restart the kernel and run all."),
        (@"^(?:DllNotFoundException|EntryPointNotFoundException): |uses TorchSharp but doesn't contain a reference to",
            "The native libraries of TorchSharp cannot be loaded: `dotnet run --project lib/Workbook -c Release -- doctor` says why, "
                + "`dotnet build -c Release` brings them back."),

        // The rest of libtorch
        (@"^ExternalException: ([^\n]+?)\.?\s*(?:\n|$)",
            "PyTorch cannot do this: $1. Print the `.shape` and the `.dtype` of the tensors in this line."),
    ];

    [GeneratedRegex(@"\r?\n\s*(?:Exception raised from |Consider referencing)|\s+Trace from LoadNativeBackend:")]
    private static partial Regex Details();
}
