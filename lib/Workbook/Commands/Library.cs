using Diffusion.Models.Hub;
using Notebooks;
using Shared;

namespace Workbook.Commands;

/// <summary>Calls into the library, whose errors are sentences for the user: they are told as they are.</summary>
static class Library
{
    internal static int Run(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or InvalidDataException
            or NotSupportedException or InvalidOperationException or ArgumentException or KeyNotFoundException or HubException)
        {
            throw new WorkbookException(Shown.OneLine(Sentence(error)), error);
        }
    }

    // .NET appends the parameter of the method, which nobody typed.
    static string Sentence(Exception error) =>
        error is ArgumentException { ParamName: { } name } ? error.Message.Replace($" (Parameter '{name}')", "") : error.Message;
}
