using System.Text;
using Brink.Cli.Tests.Training;
using Brink.Experiments;

namespace Brink.Packages.Tests;

/// <summary>The archive, unpacked in an empty folder and run with an environment that has no .NET and no program at all.</summary>
[Collection("release")]
public sealed class ArchiveTests(Release release) : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void It_trains_to_the_same_bits_as_the_checkout()
    {
        release.Require();
        RunHere(_data.Train("alone", "--iterations", "5", "--sharpness-every", "2"));
        string checkout = Checkout.Find("artifacts", "bin", "Brink.Cli", "release", "Brink.Cli.dll")!;
        Assert.Equal(0, Commands.Run(_data.Folder, [], "dotnet", [checkout, .. _data.Train("checkout", "--iterations", "5", "--sharpness-every", "2")]).Code);
        IReadOnlyList<MetricsLine> alone = RunRecord.ReadMetrics(_data["alone"]);
        Assert.Equal(6, alone.Count);
        Assert.Equal(
            RunRecord.ReadMetrics(_data["checkout"]).Select(line => (line.Loss, line.StepSize, line.Sharpness)),
            alone.Select(line => (line.Loss, line.StepSize, line.Sharpness)));
        Assert.Contains("λ₁ = ", RunHere("measure", _data["alone"]));
    }

    [Fact]
    public void It_starts_itself_for_every_rank_of_a_run()
    {
        release.Require();
        RunHere(["launch", "--ranks", "2", "--", .. _data.Train("ranks", "--iterations", "3")]);
        Assert.Equal(4, RunRecord.ReadMetrics(_data["ranks"]).Count);
    }

    [Fact]
    public void It_knows_its_version_its_revision_and_the_experiments_that_come_with_it()
    {
        release.Require();
        Assert.Equal(release.Revision is { } revision ? $"{Release.Version}+{revision}" : Release.Version, RunHere("--version").Trim());
        Assert.Contains("flatland/fig-1", RunHere("reproduce", "--list"));
        string root = Path.GetDirectoryName(release.Program)!;
        Assert.All(
            ["README.md", "LICENSE", "CHANGELOG.md", "THIRD-PARTY-NOTICES.md", "licences/SkiaSharp-THIRD-PARTY-NOTICES.txt", "licences/microsoft.netcore.app.runtime.linux-x64-THIRD-PARTY-NOTICES.txt"],
            file => Assert.True(File.Exists(Path.Combine(root, file)), file));
    }

    [Fact]
    public void Without_its_libtorch_it_says_what_to_install()
    {
        release.Require();
        string native = Path.Combine(Path.GetDirectoryName(release.Program)!, "lib", "libbrink_native.so");
        Assert.SkipUnless(File.Exists(native), "the native library is prebuilt only for the system's libtorch");
        byte[] bytes = File.ReadAllBytes(native);
        try
        {
            // The same library, built for a libtorch that is nowhere.
            byte[] needed = "libc10.so.1.13\0"u8.ToArray();
            int at = bytes.AsSpan().IndexOf(needed);
            Assert.True(at > 0, "libbrink_native.so needs no libc10.so.1.13; this test knows no other libtorch");
            byte[] changed = [.. bytes];
            Encoding.ASCII.GetBytes("libc10.so.9.99\0").CopyTo(changed, at);
            File.WriteAllBytes(native, changed);
            (int code, string output, string error) = Commands.RunWithOnly(_data.Folder, release.Nothing, release.Program, _data.Train("nothing"));
            Assert.Equal((1, string.Empty), (code, output));
            Assert.StartsWith($"brink: libc10.so.9.99 is missing, which {native} was built for; ", error);
            Assert.Contains("on Debian 12, apt-get install libtorch1.13 libopenblas0-pthread libtcmalloc-minimal4", error);
            Assert.Contains("set LIBTORCH to the folder of a libtorch", error);
            Assert.Equal(1, error.Count(letter => letter == '\n'));
        }
        finally
        {
            File.WriteAllBytes(native, bytes);
        }
    }

    [Theory]
    [InlineData("/no/such/folder", "LIBTORCH=/no/such/folder is no folder (unset LIBTORCH to search)")]
    [InlineData("/etc", "LIBTORCH=/etc holds no libtorch: expected share/cmake/Torch/TorchConfig.cmake below it")]
    public void A_libtorch_that_is_asked_for_and_not_there_is_named(string folder, string expected)
    {
        release.Require();
        (int code, string output, string error) = Commands.RunWithOnly(
            _data.Folder, [("HOME", _data.Folder), ("PATH", "/usr/bin:/bin"), ("LIBTORCH", folder)], release.Program, _data.Train("nothing"));
        Assert.Equal((1, string.Empty), (code, output));
        Assert.Contains(expected, error);
        Assert.Equal(1, error.Count(letter => letter == '\n'));
    }

    [Fact]
    public void For_another_libtorch_it_is_built_where_it_is_first_used()
    {
        release.Require();
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BRINK_TEST_FIRST_BUILD") == "1", "it compiles for a minute; BRINK_TEST_FIRST_BUILD=1 runs it");
        string torch = Environment.GetEnvironmentVariable("LIBTORCH") is { Length: > 0 } named ? named : "/usr";
        (string, string?)[] user = [("HOME", _data.Folder), ("PATH", "/usr/bin:/bin"), ("LIBTORCH", torch)];
        (int code, _, string error) = Commands.RunWithOnly(_data.Folder, user, release.Program, "train", "--model", "scalar", "--method", "gd", "--eta", "0.2", "--iterations", "3", "--out", _data["first"], "--quiet");
        Assert.True(code == 0, error);
        Assert.Matches($"^brink: building libbrink_native.so for libtorch [0-9.]+ in {torch}, once ", error);
        (code, string output, error) = Commands.RunWithOnly(_data.Folder, user, release.Program, "doctor");
        Assert.True(code == 0, error);
        Assert.Empty(error);
        Assert.Contains(Path.Combine(_data.Folder, ".cache", "brink", "native"), output.ReplaceLineEndings(""));
    }

    private string RunHere(params IReadOnlyList<string> arguments)
    {
        (int code, string output, string error) = Commands.RunWithOnly(_data.Folder, release.Nothing, release.Program, arguments);
        Assert.True(code == 0, $"brink {string.Join(' ', arguments)} ended with {code}: {error}");
        return output;
    }
}
