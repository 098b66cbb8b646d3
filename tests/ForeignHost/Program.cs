using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;

// Runs the cells of a file, one after another in .NET Interactive's C# kernel. Cells are divided by lines "---". Prints a line for every output: the MIME
// types and the length of what each holds, or the error.
TextWriter console = Console.Out; // while a cell runs, Console.Out is the kernel's
using var kernels = new CompositeKernel { new CSharpKernel().UseKernelHelpers() };
kernels.KernelEvents.Subscribe(said =>
{
    switch (said)
    {
        case DisplayEvent and (StandardOutputValueProduced or StandardErrorValueProduced):
            console.WriteLine($"text: {((DisplayEvent)said).Value}");
            break;
        case DisplayEvent shown:
            console.WriteLine($"{shown.GetType().Name}: {string.Join(" ", shown.FormattedValues.Select(form => $"{form.MimeType}={form.Value.Length}"))}");
            break;
        case CommandFailed failed:
            console.WriteLine($"FAILED: {failed.Message}\n{failed.Exception}");
            break;
    }
});
foreach (string cell in File.ReadAllText(args[0]).Split("\n---\n")) await kernels.SendAsync(new SubmitCode(cell));
