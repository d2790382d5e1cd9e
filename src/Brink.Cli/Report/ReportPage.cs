using System.Net;
using Brink.Server;

namespace Brink.Cli.Report;

/// <summary>A report: one HTML file that holds the viewer and the data, and opens without a network.</summary>
internal static class ReportPage
{
    private const string Template = "wwwroot/report.html";
    private const string Place = "<!-- brink-report -->";
    private const string EmptyTitle = "<title>Brink report</title>";

    /// <summary>Writes the report; the file is there only once it is complete.</summary>
    /// <param name="path">The file; its folder is made when missing.</param>
    /// <param name="contents">What the report is made of.</param>
    /// <exception cref="BrinkException">A run cannot be read, or the file not written.</exception>
    internal static void Write(string path, ReportContents contents)
    {
        string page = Create(contents, DateTimeOffset.UtcNow);
        string unfinished = path + ".unfinished";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(unfinished, page);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot write {path}: {error.Message}", error);
        }
    }

    /// <summary>Builds the document.</summary>
    /// <param name="contents">What the report is made of.</param>
    /// <param name="created">When it is made.</param>
    internal static string Create(ReportContents contents, DateTimeOffset created)
    {
        string template = ReadTemplate();
        int place = template.LastIndexOf(Place, StringComparison.Ordinal);
        if (place < 0)
        {
            throw new InvalidOperationException($"{Template} has no place for the data");
        }

        return string.Concat(
            template[..place].Replace(EmptyTitle, $"<title>{WebUtility.HtmlEncode(contents.Title)}</title>", StringComparison.Ordinal),
            "<script type=\"application/json\" id=\"brink-report\">",
            ReportData.Write(contents, created),
            "</script>",
            template[(place + Place.Length)..]);
    }

    private static string ReadTemplate()
    {
        using Stream stream = typeof(RunWriter).Assembly.GetManifestResourceStream(Template)
            ?? throw new InvalidOperationException($"the program was built without {Template}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
