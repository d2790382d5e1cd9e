namespace Brink.Data;

/// <summary>Some classes of a split, and of their samples a selection.</summary>
internal static class ClassSubset
{
    /// <summary>Loads.</summary>
    /// <param name="reader">Reads the split.</param>
    /// <param name="available">Samples the split holds.</param>
    /// <param name="classes">Labels kept, in the order of their new labels.</param>
    /// <param name="selection">Which of their samples; counts and places are among these.</param>
    internal static ImageSet Load(ShardReader reader, int available, IReadOnlyList<int> classes, SampleSelection selection)
    {
        if (selection.NeedsLabels)
        {
            ImageSet kept = reader.Load(SampleSelection.All).Only(classes);
            int[] drawn = StratifiedDraw.Draw(kept.Labels, kept.Classes, selection.Count!.Value, selection.Seed, $"{kept.Name} {kept.Split}");
            return kept.At(kept.Traits, drawn, label => label);
        }

        // The leading samples are read until enough of them are of these classes: the files may be there in part only.
        long wanted = selection.Count is { } count ? selection.First + count : long.MaxValue;
        for (long taken = Math.Min(available, wanted); ; taken = Math.Min(available, 2 * taken))
        {
            ImageSet kept = reader.Load(new SampleSelection(SampleSelection.Leading, 0, (int)taken, 0)).Only(classes);
            if (kept.Count >= wanted || taken == available)
            {
                long last = selection.Count is null ? kept.Count : wanted;
                return last <= kept.Count && selection.First < last
                    ? kept.At(kept.Traits, [.. Enumerable.Range((int)selection.First, (int)(last - selection.First))], label => label)
                    : throw new BrinkException($"samples {selection.First} to {wanted - 1} asked for, but {kept.Name} {kept.Split} holds {kept.Count} of these classes");
            }
        }
    }
}
