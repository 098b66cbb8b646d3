using System.CommandLine;
using Course.Classroom;

namespace Workbook.Commands;

/// <summary><c>workbook doctor</c>: looks at everything a chapter needs; fails only for what makes chapters fail.</summary>
static class DoctorCommand
{
    internal static Command Build()
    {
        var command = new Command("doctor", "Looks at everything a chapter needs and says what to do where something is missing.");
        command.SetAction(_ => Run());
        return command;
    }

    static int Run()
    {
        IReadOnlyList<Finding> findings = Preflight.Run();
        foreach (Finding finding in findings) Console.WriteLine(finding);
        return findings.Any(finding => finding.Fatal) ? ExitCode.Failure : ExitCode.Good;
    }
}
