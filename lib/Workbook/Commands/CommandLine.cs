using System.CommandLine;
using Notebooks;
using Shared;

namespace Workbook.Commands;

/// <summary>The program <c>workbook</c>: its commands, and how it says that something is wrong: in one sentence on standard
/// error.</summary>
static class CommandLine
{
    internal static int Run(string[] args)
    {
        try
        {
            ParseResult parsed = Build().Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
                return Fail(ExitCode.Usage, $"{Shown.OneLine(parsed.Errors[0].Message)} See workbook --help.");
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (WorkbookException error)
        {
            return Fail(ExitCode.Failure, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.Failure, $"Reading or writing failed: {Shown.Reason(error)}");
        }
        catch (Exception error)
        {
            return Fail(ExitCode.Failure, $"The program failed in a way nobody foresaw ({error.GetType().Name}: "
                + $"{Shown.OneLine(error.Message)}): please report it with the command you ran.");
        }
    }

    static RootCommand Build()
    {
        var root = new RootCommand("The diffusion workbook. Without a command: executes every chapter and writes it "
            + "with its outputs to out/.")
        {
            RunCommand.Build(),
            ExportCommand.Build(),
            DoctorCommand.Build(),
            TrainCommand.Build(),
            FetchCommand.Build(),
            SampleCommand.Build(),
            TrainClassifierCommand.Build(),
            EvaluateCommand.Build(),
            BenchCommand.Build(),
            ParityCommand.Build(),
            KernelCommand.Build(),
            WorkCommand.Build(),
        };
        root.SetAction(_ => RunCommand.RunEverything());
        return root;
    }

    static int Fail(int code, string sentence)
    {
        Console.Error.WriteLine(sentence);
        return code;
    }
}
