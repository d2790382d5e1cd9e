using System.Net;
using System.Reflection;

namespace Brink.Cli.Report;

/// <summary>What all pages share: they hold all they need, so that they can be mailed, archived and opened without a network.</summary>
internal static class HtmlPage
{
    /// <summary>The document up to and with <c>&lt;main&gt;</c>.</summary>
    /// <param name="title">The title.</param>
    /// <param name="style">The style sheet.</param>
    internal static string Begin(string title, string style) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {style}</style>
        </head>
        <body>
        <main>

        """;

    /// <summary>Text as it stands in a document.</summary>
    /// <param name="text">The text.</param>
    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A file that was built into the program.</summary>
    /// <param name="name">Its name.</param>
    internal static string Asset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the program was built without {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Writes a page; the file is there only once it is complete.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="page">The document.</param>
    internal static void Write(string path, string page)
    {
        string unfinished = path + ".unfinished";
        File.WriteAllText(unfinished, page);
        File.Move(unfinished, path, overwrite: true);
    }
}
