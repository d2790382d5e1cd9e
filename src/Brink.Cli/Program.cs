using Brink.Cli.CommandLine;

// A run ends with code 0, a run error with 1, a usage error with 2, a folder in use with 75, an interrupted run with 130.
return await BrinkCommandLine.RunAsync(args, Console.Out, Console.Error);
