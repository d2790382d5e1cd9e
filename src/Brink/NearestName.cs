namespace Brink;

/// <summary>Finds the name a user most likely meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name nearest to a mistyped one, by Damerau–Levenshtein distance (optimal string alignment: insertion,
    /// deletion, substitution and transposition of neighbours each count one), case apart.
    /// </summary>
    /// <param name="given">What was typed.</param>
    /// <param name="known">The names that would be right; the first wins a tie.</param>
    /// <returns>The name, or null when none is near: more than a third of the longer name, and more than one letter, differ.</returns>
    public static string? Suggest(string given, IEnumerable<string> known)
    {
        string? nearest = null;
        int best = int.MaxValue;
        foreach (string name in known)
        {
            int distance = Distance(given.ToLowerInvariant(), name.ToLowerInvariant());
            int allowed = Math.Max(1, Math.Max(given.Length, name.Length) / 3);
            if (distance <= allowed && distance < best)
            {
                best = distance;
                nearest = name;
            }
        }

        return nearest;
    }

    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substitution, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
