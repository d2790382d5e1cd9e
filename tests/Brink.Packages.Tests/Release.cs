using Brink.Experiments;
using Brink.Experiments.Tests;

namespace Brink.Packages.Tests;

/// <summary>What <c>./brink package</c> makes, once for all tests of it.</summary>
public sealed class Release : IDisposable
{
    /// <summary>The version in Directory.Build.props, with which this was built.</summary>
    internal static readonly string Version = typeof(Release).Assembly.GetName().Version!.ToString(3);

    private readonly TemporaryFolder _folder = new();
    private readonly string? _absent;

    public Release()
    {
        Repository = Path.GetDirectoryName(Checkout.Find("Brink.slnx")!)!;
        Packages = Path.Combine(Repository, "artifacts", "packages");
        (int code, string output, string error) = Commands.Run(Repository, [], Path.Combine(Repository, "brink"), "package");
        if (code == 0)
        {
            Archive = output.Split('\n')[0];
            Unpack();
            return;
        }

        // NU1101, NU1102, NU1301: no such package, no such version, no registry.
        Assert.True(new[] { "NU1101", "NU1102", "NU1301", ".NET 10 SDK is missing" }.Any(error.Contains), $"./brink package failed: {error}");
        _absent = error.Split('\n').Last(line => line.Length > 0);
    }

    internal string Repository { get; }

    /// <summary>The folder that holds the packages.</summary>
    internal string Packages { get; }

    /// <summary>The archive.</summary>
    internal string Archive { get; } = "";

    /// <summary>The unpacked archive's program.</summary>
    internal string Program { get; private set; } = "";

    /// <summary>The revision that everything is built from; null where this is no clone.</summary>
    internal string? Revision => Commands.Run(Repository, [], "git", "rev-parse", "HEAD") is (0, var revision, _) ? revision.Trim() : null;

    /// <summary>
    /// An environment with nothing in it but an empty home, an empty PATH, and what was asked of OpenBLAS on this machine: kernels
    /// for another processor round otherwise.
    /// </summary>
    internal IReadOnlyList<(string Name, string? Value)> Nothing =>
    [
        ("HOME", Made("home")), ("PATH", Made("no-programs")), ("OPENBLAS_CORETYPE", Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE")),
    ];

    /// <summary>Of a NuGet that knows the packages of this machine's registry and has none of Brink in its cache.</summary>
    internal IReadOnlyList<(string Name, string? Value)> FreshNuGet
    {
        get
        {
            string known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            return [("NUGET_PACKAGES", Made("nuget")), ("NUGET_FALLBACK_PACKAGES", known), ("LIBTORCH", Environment.GetEnvironmentVariable("LIBTORCH"))];
        }
    }

    internal string this[string name] => _folder[name];

    /// <summary>Skips the test where the packages could not be made because the machine has no SDK or registry.</summary>
    internal void Require() => Assert.SkipWhen(_absent is not null, $"the packages cannot be made here: {_absent}");

    public void Dispose() => _folder.Dispose();

    private string Made(string name) => Directory.CreateDirectory(_folder[name]).FullName;

    private void Unpack()
    {
        Assert.Equal(0, Commands.Run(_folder.Path, [], "tar", "-xzf", Archive).Code);
        Program = Path.Combine(_folder.Path, Path.GetFileName(Archive).Replace(".tar.gz", ""), "brink");
    }
}

/// <summary>One release, and one test of it at a time.</summary>
[CollectionDefinition("release")]
public sealed class ReleaseCollection : ICollectionFixture<Release>;
