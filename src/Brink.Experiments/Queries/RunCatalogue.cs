namespace Brink.Experiments;

/// <summary>Finds the run folders below a folder.</summary>
public static class RunCatalogue
{
    /// <summary>The natural order of paths: <c>run-2</c> before <c>run-10</c>.</summary>
    public static IComparer<string> PathOrder { get; } = Comparer<string>.Create(Natural);

    /// <summary>Lists runs.</summary>
    /// <param name="root">A run folder, or a folder below which run folders lie at any depth.</param>
    /// <returns>The runs, by path in natural order: <c>run-2</c> before <c>run-10</c>.</returns>
    /// <exception cref="BrinkException">The folder is not there.</exception>
    public static IReadOnlyList<RunEntry> List(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new BrinkException($"there is no folder {root}");
        }

        List<string> folders = [];
        Find(root, folders);
        RunEntry[] entries = new RunEntry[folders.Count];
        Parallel.For(0, folders.Count, i => entries[i] = RunEntry.Read(folders[i]));
        return [.. entries.OrderBy(e => e.Path, PathOrder)];
    }

    private static void Find(string folder, List<string> found)
    {
        if (RunRecord.IsRun(folder))
        {
            found.Add(folder);
            return;
        }

        if (TheoryFolder.Is(folder))
        {
            return;
        }

        try
        {
            foreach (string inner in Directory.EnumerateDirectories(folder))
            {
                // Links are not followed: one that leads upwards would never end.
                if (!Path.GetFileName(inner).StartsWith('.') && new DirectoryInfo(inner).LinkTarget is null)
                {
                    Find(inner, found);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that may not be listed shows no runs, and must not hide the others.
        }
    }

    /// <summary>Compares runs of digits as numbers, all else by character; .NET's own numeric ordering needs ICU, which is switched off.</summary>
    private static int Natural(string a, string b)
    {
        int i = 0;
        int j = 0;
        while (i < a.Length && j < b.Length)
        {
            ReadOnlySpan<char> left = Digits(a, i);
            ReadOnlySpan<char> right = Digits(b, j);
            int order;
            if (left.IsEmpty || right.IsEmpty)
            {
                order = a[i++].CompareTo(b[j++]);
            }
            else
            {
                i += left.Length;
                j += right.Length;
                ReadOnlySpan<char> x = left.TrimStart('0');
                ReadOnlySpan<char> y = right.TrimStart('0');
                order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
            }

            if (order != 0)
            {
                return order;
            }
        }

        int rest = (a.Length - i).CompareTo(b.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(a, b);
    }

    private static ReadOnlySpan<char> Digits(string text, int begin)
    {
        int end = begin;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text.AsSpan(begin, end - begin);
    }
}
