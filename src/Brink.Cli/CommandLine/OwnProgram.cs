namespace Brink.Cli.CommandLine;

/// <summary>How this very program is started again, to train beside this process.</summary>
internal static class OwnProgram
{
    /// <summary>The words that stand before <c>train</c>.</summary>
    internal static string[] Words()
    {
        string assembly = typeof(OwnProgram).Assembly.Location;
        string host = Environment.ProcessPath!;

        // Published as one program, it is its own host; else dotnet is, or a test runner that cannot stand in for it.
        return assembly.Length == 0 || Path.GetFileNameWithoutExtension(host) == Path.GetFileNameWithoutExtension(assembly)
            ? [host]
            : [Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", assembly];
    }
}
