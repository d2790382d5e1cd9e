using System.Diagnostics;

namespace Brink.Viewer.Tests;

/// <summary>The checked-in bundle is what viewer/ builds to, byte for byte, and the viewer's own tests pass.</summary>
public sealed class BundleTests
{
    private static readonly string Wwwroot = Path.Combine("src", "Brink.Server", "wwwroot");

    [Fact]
    public async Task A_fresh_build_is_the_bundle_that_is_checked_in()
    {
        string? npm = Find("npm");
        Assert.SkipWhen(npm is null || Find("node") is null, "no Node on this machine (apt-get install nodejs npm): the checked-in bundle was not compared with a fresh build");
        string copy = Directory.CreateTempSubdirectory("brink-bundle-").FullName;
        try
        {
            string viewer = Path.Combine(copy, "viewer");
            Copy(Path.Combine(Repository.Root, "viewer"), viewer);
            (int status, string said) = await Run(npm!, viewer, "ci", "--no-audit", "--no-fund");
            Assert.SkipWhen(
                status != 0 && (said.Contains("ENOTFOUND", StringComparison.Ordinal) || said.Contains("EAI_AGAIN", StringComparison.Ordinal) || said.Contains("ECONNREFUSED", StringComparison.Ordinal)),
                "npm reaches no registry: the checked-in bundle was not compared with a fresh build");
            Assert.True(status == 0, said);
            (status, said) = await Run(npm!, viewer, "run", "build");
            Assert.True(status == 0, said);

            Dictionary<string, byte[]> built = Files(Path.Combine(copy, Wwwroot));
            Dictionary<string, byte[]> kept = Files(Path.Combine(Repository.Root, Wwwroot));
            Assert.Equal(built.Keys.Order(StringComparer.Ordinal), kept.Keys.Order(StringComparer.Ordinal));
            Assert.All(built, file => Assert.True(file.Value.AsSpan().SequenceEqual(kept[file.Key]), $"{file.Key} is not what viewer/ builds to: npm run build there, and check it in"));

            (status, said) = await Run(npm!, viewer, "test");
            Assert.True(status == 0, said);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void The_page_itself_holds_no_script_and_no_style()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Wwwroot, "index.html"));
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=)[^>]*>", page);
        Assert.DoesNotMatch(@"\son\w+=", page);
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static Dictionary<string, byte[]> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllBytes, StringComparer.Ordinal);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.EnumerateDirectories(from).Where(folder => Path.GetFileName(folder) != "node_modules"))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static async Task<(int Status, string Said)> Run(string program, string folder, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> complaints = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await complaints);
    }
}
