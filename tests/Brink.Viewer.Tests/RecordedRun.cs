using System.Text.Json;

namespace Brink.Viewer.Tests;

/// <summary>What a run's folder holds, read as anyone may read it.</summary>
internal static class RecordedRun
{
    /// <summary>The whole lines of metrics.jsonl.</summary>
    internal static List<JsonElement> Lines(string folder)
    {
        using var file = new StreamReader(new FileStream(Path.Combine(folder, "metrics.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = file.ReadToEnd();
        int end = text.LastIndexOf('\n');
        return end < 0 ? [] : [.. text[..end].Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }

    internal static string Status(string folder)
    {
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        return summary.RootElement.GetProperty("status").GetString()!;
    }
}
