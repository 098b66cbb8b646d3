return Workbook.Commands.CommandLine.Run(args);
