namespace Brink.Data;

/// <summary>
/// The stratified draw. With n samples over K classes each class gives ⌊n/K⌋, and n mod K classes give one more.
/// The generator first shuffles the classes (which decides who gives one more, classes without another sample passed
/// over), then the samples of class 0, of class 1, …; a class gives the beginning of its shuffle. Hence, with one
/// seed, a larger draw contains a smaller one.
/// </summary>
internal static class StratifiedDraw
{
    /// <summary>Draws sample places.</summary>
    /// <param name="labels">The label of every sample of the split, 0 … classes − 1.</param>
    /// <param name="classes">K.</param>
    /// <param name="count">n, from K to what the classes can give evenly.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="what">What is drawn from, for messages, e.g. <c>cifar10 train</c>.</param>
    /// <returns>n different places in ascending order.</returns>
    /// <exception cref="BrinkException">Fewer samples than classes, or more than a class can give.</exception>
    public static int[] Draw(ReadOnlySpan<int> labels, int classes, int count, ulong seed, string what)
    {
        if (count > labels.Length)
        {
            throw new BrinkException($"{count} samples asked for, but {what} holds {labels.Length}");
        }

        if (count < classes)
        {
            throw new BrinkException(
                $"a stratified draw from {what} takes at least one sample of each of its {classes} classes, given {count}: "
                + $"ask for {classes} or more, or for subset 'first'");
        }

        List<int>[] members = MembersByClass(labels, classes);
        int share = count / classes;
        int extra = count % classes;
        int poorest = Array.FindIndex(members, m => m.Count < share);
        if (poorest >= 0 || members.Count(m => m.Count > share) < extra)
        {
            int least = members.Min(m => m.Count);
            throw new BrinkException(
                $"{count} samples of {what} drawn evenly over {classes} classes take {share} to {share + Math.Sign(extra)} of "
                + $"each, but class {Array.FindIndex(members, m => m.Count == least)} holds {least}: ask for at most "
                + $"{least * classes}, or for subset 'first'");
        }

        var generator = new Xoshiro256(seed);
        int[] order = [.. Enumerable.Range(0, classes)];
        generator.Shuffle(order);
        bool[] givesExtra = new bool[classes];
        foreach (int c in order.Where(c => members[c].Count > share).Take(extra))
        {
            givesExtra[c] = true;
        }

        var drawn = new List<int>(count);
        for (int c = 0; c < classes; c++)
        {
            // The whole class is shuffled, however few are taken: this is what nests smaller draws in larger ones.
            int[] shuffled = [.. members[c]];
            generator.Shuffle(shuffled);
            drawn.AddRange(shuffled.AsSpan(0, share + (givesExtra[c] ? 1 : 0)));
        }

        drawn.Sort();
        return [.. drawn];
    }

    private static List<int>[] MembersByClass(ReadOnlySpan<int> labels, int classes)
    {
        var members = new List<int>[classes];
        for (int c = 0; c < classes; c++)
        {
            members[c] = [];
        }

        for (int i = 0; i < labels.Length; i++)
        {
            members[labels[i]].Add(i);
        }

        return members;
    }
}
