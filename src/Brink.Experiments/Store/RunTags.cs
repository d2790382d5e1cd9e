using System.Text.Json;

namespace Brink.Experiments;

/// <summary>
/// <c>tags.json</c>: words that people give a run to find it again. It is the one file of a run folder that others than the run's
/// own process write, whole, so that it can be written also while the run goes on.
/// </summary>
public static class RunTags
{
    /// <summary>The longest tag, in characters.</summary>
    public const int Longest = 64;

    /// <summary>The most tags of a run.</summary>
    public const int Most = 32;

    /// <summary>The tags of a run, in order of name; none where no file is there.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="BrinkException">The file cannot be read, or holds no list of tags.</exception>
    public static IReadOnlyList<string> Read(string folder)
    {
        string path = RunFiles.Tags(folder);
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            return Ordered(JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(path)) ?? throw new JsonException("it is null"));
        }
        catch (JsonException error)
        {
            throw new BrinkException($"{path}: not a list of tags: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch (BrinkException error)
        {
            throw new BrinkException($"{path}: {error.Message}", error);
        }
        catch (FileNotFoundException)
        {
            return []; // It went between the two lines above.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read {path}: {error.Message}", error);
        }
    }

    /// <summary>Gives a run these tags and no others.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="tags">The tags; repeated ones count once.</param>
    /// <exception cref="BrinkException">A tag is not legal, there are too many, or the folder is no run folder.</exception>
    /// <exception cref="RunStoreException">The file cannot be written.</exception>
    public static void Write(string folder, IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        string[] ordered = Ordered(tags);
        if (!RunRecord.IsRun(folder))
        {
            throw new BrinkException($"{folder} is not a run folder");
        }

        DurableFile.Replace(RunFiles.Tags(folder), stream =>
        {
            JsonSerializer.Serialize(stream, ordered, RunJson.Line);
            stream.WriteByte((byte)'\n');
        });
    }

    /// <summary>The one line for a text that can be no tag; null for one that can.</summary>
    /// <param name="tag">The text.</param>
    public static string? Problem(string? tag)
    {
        bool legal = tag is { Length: > 0 and <= Longest } && tag.Trim() == tag && !tag.Contains(',') && !tag.Any(char.IsControl);
        return legal ? null : $"'{tag}' can be no tag: one has 1 to {Longest} characters, no comma, and no space at its ends";
    }

    private static string[] Ordered(IEnumerable<string> tags)
    {
        string[] ordered = [.. tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return Array.Find([.. ordered.Select(Problem)], problem => problem is not null) is { } first
            ? throw new BrinkException(first)
            : ordered.Length > Most ? throw new BrinkException($"a run has at most {Most} tags, not {ordered.Length}") : ordered;
    }
}
