using System.Globalization;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Brink.Experiments;

namespace Brink.Packages.Tests;

/// <summary>The NuGet packages: what is in them, and a project of a user's that has nothing else.</summary>
[Collection("release")]
public sealed partial class PackageTests(Release release)
{
    /// <summary>Custom debug information that holds a source (Portable PDB format, "Embedded Source").</summary>
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [Fact]
    public void A_fresh_project_builds_and_trains_with_the_packages_alone()
    {
        release.Require();
        // As it lies in the repository: examples/Sharpness beside artifacts/packages, which its nuget.config names.
        string project = Directory.CreateDirectory(release["fresh/examples/Sharpness"]).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(release.Repository, "examples", "Sharpness")))
        {
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(release["fresh/artifacts"]);
        Directory.CreateSymbolicLink(release["fresh/artifacts/packages"], release.Packages);
        (int code, string output, string error) = Commands.Run(
            project, release.FreshNuGet, "dotnet", "build", "-c", "Release", "-o", release["fresh/out"], "--nologo", "-v", "quiet", "-nodeReuse:false");
        Assert.True(code == 0, output + error);

        string run = release["fresh/run"];
        (code, output, error) = Commands.Run(project, release.FreshNuGet, "dotnet", release["fresh/out/Sharpness.dll"], run);
        Assert.Equal((0, string.Empty), (code, error));
        Match[] lines = Line().Matches(output).ToArray();
        Assert.Equal(7, lines.Length);
        Assert.True(Number(lines[^1], "loss") < 0.1 * Number(lines[0], "loss"), output);
        Assert.Equal(100, Number(lines[^1], "accuracy"));

        // The least sharpness that the weights of a network with a last bias can have under mse is 2/K.
        Assert.All(lines, line => Assert.True(Number(line, "sharpness") >= 0.999, line.Value));
        Assert.Equal(51, RunRecord.ReadMetrics(run).Count);
    }

    [Fact]
    public void The_tool_is_installed_and_runs()
    {
        release.Require();
        File.WriteAllText(release["nuget.config"], $"""<configuration><packageSources><clear /><add key="here" value="{release.Packages}" /></packageSources></configuration>""");
        string tools = release["tools"];
        (int code, string output, string error) = Commands.Run(
            release["."], release.FreshNuGet, "dotnet", "tool", "install", "Brink.Tool", "--tool-path", tools, "--configfile", release["nuget.config"]);
        Assert.True(code == 0, output + error);
        string brink = Path.Combine(tools, "brink");
        Assert.Equal(release.Revision is { } revision ? $"{Release.Version}+{revision}" : Release.Version, RunTool("--version").Trim());
        Assert.Contains("flatland/fig-1", RunTool("reproduce", "--list"));

        // A sweep starts the tool's own command for every run.
        File.WriteAllText(release["steps.yaml"], "model: scalar\nmethod: gd\neta: [0.1, 0.2]\niterations: 5\n");
        RunTool("sweep", release["steps.yaml"], "--out", release["tool-sweep"], "--quiet");
        Assert.Equal([6, 6], new[] { "0.1", "0.2" }.Select(eta => RunRecord.ReadMetrics(release[$"tool-sweep/eta-{eta}"]).Count));

        string RunTool(params string[] arguments)
        {
            (int code, string output, string error) = Commands.Run(release["."], release.FreshNuGet, brink, arguments);
            Assert.True(code == 0, $"brink {string.Join(' ', arguments)} ended with {code}: {error}");
            return output;
        }
    }

    [Theory]
    [InlineData("Brink.Torch", "lib/net10.0/Brink.Torch.dll", "lib/net10.0/Brink.Torch.xml")]
    [InlineData("Brink", "lib/net10.0/Brink.dll", "lib/net10.0/Brink.xml")]
    [InlineData("Brink.Experiments", "lib/net10.0/Brink.Experiments.dll", "lib/net10.0/Brink.Experiments.xml")]
    [InlineData("Brink.Tool", "tools/net10.0/any/Brink.Cli.dll", "tools/net10.0/any/experiments/flatland/fig-1.yaml")]
    public void A_package_says_what_it_is_and_under_which_terms(string name, params string[] files)
    {
        release.Require();
        using ZipArchive package = ZipFile.OpenRead(PathOf(name));
        Assert.All([.. files, "README.md", "LICENSE", "THIRD-PARTY-NOTICES.md", "CHANGELOG.md"], file => Assert.NotNull(package.GetEntry(file)));
        using Stream stream = package.GetEntry($"{name}.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string element) => metadata.Elements().SingleOrDefault(child => child.Name.LocalName == element)?.Value;
        Assert.Equal((name, Release.Version, "MIT", "README.md"), (Value("id"), Value("version"), Value("license"), Value("readme")));
        Assert.False(string.IsNullOrEmpty(Value("description")));
        XElement? repository = metadata.Elements().SingleOrDefault(child => child.Name.LocalName == "repository");
        Assert.Equal(release.Revision, repository?.Attribute("commit")?.Value);
    }

    [Fact]
    public void The_sources_are_in_the_symbols_and_the_symbols_in_the_package()
    {
        release.Require();
        using ZipArchive package = ZipFile.OpenRead(PathOf("Brink"));
        using Stream entry = package.GetEntry("lib/net10.0/Brink.pdb")!.Open();
        using var stream = new MemoryStream();
        entry.CopyTo(stream);
        stream.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(stream);
        MetadataReader symbols = provider.GetMetadataReader();
        DocumentHandle document = symbols.Documents.Single(handle => symbols.GetString(symbols.GetDocument(handle).Name).EndsWith("/Methods/BoundedSearch.cs"));
        CustomDebugInformation source = symbols.GetCustomDebugInformation(document).Select(symbols.GetCustomDebugInformation)
            .Single(information => symbols.GetGuid(information.Kind) == s_embeddedSource);

        // Four bytes of length, 0 where it is not compressed; then the text.
        byte[] blob = symbols.GetBlobBytes(source.Value);
        using Stream text = BitConverter.ToInt32(blob) == 0
            ? new MemoryStream(blob, 4, blob.Length - 4)
            : new DeflateStream(new MemoryStream(blob, 4, blob.Length - 4), CompressionMode.Decompress);
        using var reader = new StreamReader(text, Encoding.UTF8);
        Assert.Equal(File.ReadAllText(Path.Combine(release.Repository, "src", "Brink", "Methods", "BoundedSearch.cs")), reader.ReadToEnd());
    }

    [GeneratedRegex(@"^nls +\d+  loss (?<loss>\S+)  accuracy (?<accuracy>[\d.]+) ?%  λ₁ (?<sharpness>\S+)  2/λ₁ \S+$", RegexOptions.Multiline)]
    private static partial Regex Line();

    private static double Number(Match line, string name) => double.Parse(line.Groups[name].Value, CultureInfo.InvariantCulture);

    private string PathOf(string name) => Path.Combine(release.Packages, $"{name}.{Release.Version}.nupkg");
}
