using System.Diagnostics;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Directives;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;
using Microsoft.DotNet.Interactive.PackageManagement;

namespace Notebooks.Scripting;

/// <summary>The composite kernel in which a notebook runs: C#, HTML, JavaScript and named values, with .NET Interactive's own
/// directives.</summary>
static class Kernels
{
    /// <param name="csharp">The kernel of cells that name no language.</param>
    /// <param name="readLine">Who answers what a cell asks.</param>
    internal static CompositeKernel Around(CellKernel csharp, Func<InputRequest, string?> readLine)
    {
        // What is committed is read in places that show no HTML: it is made where a type or a cell asks for it.
        Formatter.DefaultMimeType = PlainTextFormatter.MimeType;
        foreach (Type type in (Type[])[typeof(IHtmlContent), typeof(TabularDataResource),
            typeof(Kernel).Assembly.GetType("Microsoft.DotNet.Interactive.ValueSharing.KernelValues")!]) Formatter.SetPreferredMimeTypesFor(
            type, HtmlFormatter.MimeType);
        var kernels = new CompositeKernel { DefaultKernelName = csharp.Name };
        var extensions = new PackageExtensions(kernels);
        CSharpKernel withPackages = csharp.UseNugetDirective(
        async (kernel, packages) =>
        {
            kernel.AddAssemblyReferences(packages.SelectMany(package => package.AssemblyPaths));
            await extensions.LoadFrom(packages);
        });
        kernels.Add(withPackages.UseWho().UseValueSharing(), ["c#", "C#"]);
        kernels.Add(new HtmlKernel());
        kernels.Add(new JavaScriptKernel().UseValueSharing(), ["js"]);
        kernels.Add(new KeyValueStoreKernel().UseWho());
        kernels.UseImportMagicCommand();
        kernels.AddDirective(new KernelActionDirective("#!time") { Description = "Says how long the cell took." }, Time);
        kernels.RegisterCommandHandler<RequestInput>((request, context) =>
        {
            context.Publish(
                new InputProduced(readLine(new InputRequest(request.Prompt ?? "", request.InputTypeHint == "password")) ?? "", request));
            return Task.CompletedTask;
        });
        return kernels;
    }

    /// <summary>As .NET Interactive has it, whose package for it is not to be had.</summary>
    static Task Time(KernelCommand command, KernelInvocationContext context)
    {
        var time = Stopwatch.StartNew();
        context.OnComplete(done => done.Publish(new DisplayedValueProduced(time.Elapsed, context.Command,
            [new FormattedValue(PlainTextFormatter.MimeType,
                FormattableString.Invariant($"Wall time: {time.Elapsed.TotalMilliseconds}ms"))])));
        return Task.CompletedTask;
    }
}
