namespace Brink;

/// <summary>
/// Finds the name a user probably meant: the known name with the smallest Damerau–Levenshtein distance (insertions,
/// deletions, substitutions and swaps of neighbours, each costing one), letter case ignored.
/// </summary>
public static class NearestName
{
    /// <summary>The nearest known name, or <see langword="null"/> where none is near enough to be worth naming.</summary>
    /// <param name="given">What the user wrote.</param>
    /// <param name="known">The valid names; among equally near ones the first wins.</param>
    /// <returns>
    /// A name that begins with <paramref name="given"/> or lies within a third of its length (at least 2 edits);
    /// otherwise <see langword="null"/>.
    /// </returns>
    public static string? Suggest(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        string wanted = given.Trim().ToLowerInvariant();
        if (wanted.Length == 0)
        {
            return null;
        }

        string? nearest = null;
        int smallest = int.MaxValue;
        foreach (string name in known)
        {
            string candidate = name.ToLowerInvariant();
            int distance = Distance(wanted, candidate);
            // A beginning of two letters or more ("fash", "cif") is a stronger hint than a count of edits.
            if (wanted.Length >= 2 && candidate.StartsWith(wanted, StringComparison.Ordinal))
            {
                distance = Math.Min(distance, 1);
            }

            // A name that lacks its end ("fashon") is compared with as much of the candidate as was written.
            if (wanted.Length >= 4 && candidate.Length > wanted.Length + 1)
            {
                distance = Math.Min(distance, 1 + Distance(wanted, candidate[..(wanted.Length + 1)]));
            }

            if (distance < smallest && distance <= Math.Max(2, wanted.Length / 3) && distance < candidate.Length)
            {
                smallest = distance;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>The one line for a name that nothing has: what it was meant for, the nearest name, and all there are.</summary>
    /// <param name="kind">What is named, e.g. <c>loss</c>.</param>
    /// <param name="given">What the user wrote.</param>
    /// <param name="known">The valid names.</param>
    /// <returns>The exception, to be thrown.</returns>
    public static BrinkException Unknown(string kind, string given, IReadOnlyCollection<string> known)
    {
        string? nearest = Suggest(given, known);
        string meant = nearest is null ? string.Empty : $"did you mean '{nearest}'? ";
        return new BrinkException($"unknown {kind} '{given}': {meant}known are {string.Join(", ", known)}");
    }

    /// <summary>
    /// Damerau–Levenshtein distance in its restricted form (optimal string alignment: no part is edited twice).
    /// </summary>
    /// <param name="first">One string; compared by UTF-16 unit, case-sensitively.</param>
    /// <param name="second">The other.</param>
    /// <returns>The smallest number of edits that turns one into the other; symmetric.</returns>
    public static int Distance(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int[] beforePrevious = new int[second.Length + 1];
        int[] previous = new int[second.Length + 1];
        int[] current = new int[second.Length + 1];
        for (int j = 0; j <= second.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= first.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int substitution = previous[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                int best = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                {
                    best = Math.Min(best, beforePrevious[j - 2] + 1);
                }

                current[j] = best;
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[second.Length];
    }
}
