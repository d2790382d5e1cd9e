using System.Text.Json;
using Brink.Experiments;

namespace Brink.Packages.Tests;

/// <summary>THIRD-PARTY-NOTICES.md names whatever the program is made of, and nothing that it is not.</summary>
public sealed class NoticesTests
{
    [Fact]
    public void Every_work_that_is_shipped_is_named()
    {
        string notices = File.ReadAllText(Checkout.Find("THIRD-PARTY-NOTICES.md")!);
        using JsonDocument program = Read("artifacts", "bin", "Brink.Cli", "release", "Brink.Cli.deps.json");
        string[] packages = [.. program.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => library.Name.Split('/')[0])];
        Assert.Contains("System.CommandLine", packages);
        Assert.All(packages, package => Assert.Contains($"[{package}](", notices));

        using JsonDocument viewer = Read("viewer", "package.json");
        string[] bundled = [.. viewer.RootElement.GetProperty("dependencies").EnumerateObject().Select(dependency => dependency.Name)];
        Assert.All(bundled, package => Assert.Contains($"[{package}](", notices, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(packages.Length + bundled.Length + 1, notices.Split("](https://").Length - 1);
    }

    private static JsonDocument Read(params string[] path) => JsonDocument.Parse(File.ReadAllText(Checkout.Find(path)!));
}
