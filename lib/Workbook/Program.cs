using System.Globalization;
using Workbook.Commands;

// Numbers are written as C# and Python write them, whatever the user's language.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentCulture =
    CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
return CommandLine.Run(args);
