using System.Reflection;

namespace Brink.Cli.CommandLine;

/// <summary>How this very program is started again, to train beside this process.</summary>
internal static class OwnProgram
{
    /// <summary>The words that stand before <c>train</c>.</summary>
    internal static string[] Words()
    {
        Assembly own = typeof(OwnProgram).Assembly;
        string host = Environment.ProcessPath!;
        bool isDotnet = Path.GetFileNameWithoutExtension(host) == "dotnet";

        // The archive's program and the command of the .NET tool are their own hosts. Else dotnet is, or a test runner, which
        // holds this program as a library and cannot stand in for it.
        return Assembly.GetEntryAssembly() == own && !isDotnet
            ? [host]
            : [isDotnet ? host : "dotnet", Path.Combine(AppContext.BaseDirectory, own.GetName().Name + ".dll")];
    }
}
