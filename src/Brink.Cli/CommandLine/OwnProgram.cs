namespace Brink.Cli.CommandLine;

/// <summary>This very program, to be started again as a process of its own.</summary>
internal static class OwnProgram
{
    /// <summary>The program and what stands before a command of its own.</summary>
    internal static string[] Line()
    {
        string assembly = typeof(OwnProgram).Assembly.Location;
        string host = Environment.ProcessPath!;

        // Published as one program, it is its own host; else dotnet is, or a test runner that cannot stand in for it.
        return assembly.Length == 0 || Path.GetFileNameWithoutExtension(host) == Path.GetFileNameWithoutExtension(assembly)
            ? [host]
            : [Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", assembly];
    }
}
