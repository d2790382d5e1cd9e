namespace Brink.Data;

/// <summary>A user's own samples: which there are of each split, and the chosen ones of them, standardised.</summary>
public abstract class OwnSamples
{
    /// <summary>What messages call them: the folder or file.</summary>
    public abstract string Place { get; }

    /// <summary>Class names in the order of the labels, where known.</summary>
    private protected abstract IReadOnlyList<string>? ClassNames { get; }

    /// <summary>Whether there are samples of a split.</summary>
    /// <param name="split"><c>train</c> or <c>test</c>.</param>
    public abstract bool Has(string split);

    /// <summary>Loads the selected samples of a split, in ascending order.</summary>
    /// <param name="split"><c>train</c> or <c>test</c>.</param>
    /// <param name="selection">Which samples.</param>
    /// <param name="classes">Labels of the classes kept, each once, which become 0, 1, … in this order; null for all.</param>
    /// <param name="statistics">What they are standardised with; null to measure it on these samples.</param>
    /// <exception cref="BrinkException">There is no such split or selection, or a file is bad; one line.</exception>
    public SampleSet Load(string split, SampleSelection selection, IReadOnlyList<int>? classes = null, Standardisation? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(selection);
        selection.Validate();
        if (!Has(split))
        {
            throw new BrinkException($"{Place}: there are no samples of the {split} split");
        }

        int[] all = LabelsOf(split);
        int most = KnownClasses();
        int[] kept = classes is null ? [.. Enumerable.Range(0, most)] : [.. classes];
        int unknown = Array.FindIndex(kept, label => label < 0 || label >= most);
        if (unknown >= 0)
        {
            throw new BrinkException($"{Place} has no class {kept[unknown]}: its classes are 0 to {most - 1}");
        }

        int[] candidates = [.. Enumerable.Range(0, all.Length).Where(n => kept.Contains(all[n]))];
        int[] labels = [.. candidates.Select(n => Array.IndexOf(kept, all[n]))];
        int[] chosen = Choose(labels, kept.Length, selection, $"{Place} ({split})");
        var traits = new OwnTraits(kept.Length, ClassNames is { } names ? [.. kept.Select(label => names[label])] : null, statistics);
        return Read(split, [.. chosen.Select(n => candidates[n])], [.. chosen.Select(n => labels[n])], traits);
    }

    /// <summary>K: the number of classes in the training split.</summary>
    private protected abstract int KnownClasses();

    /// <summary>The label of every sample of a split that is there.</summary>
    private protected abstract int[] LabelsOf(string split);

    /// <summary>Reads some samples.</summary>
    /// <param name="split">The split.</param>
    /// <param name="places">Their places, ascending.</param>
    /// <param name="labels">The labels they get.</param>
    /// <param name="traits">What is known of them.</param>
    private protected abstract SampleSet Read(string split, int[] places, int[] labels, OwnTraits traits);

    /// <summary>The traits of a set of these samples.</summary>
    private protected static ImageSetTraits TraitsOf(string name, OwnTraits known, (int C, int H, int W) shape, Func<Standardisation> measure, string place)
    {
        Standardisation statistics = known.Statistics ?? measure();
        return statistics.Mean.Length == shape.C && statistics.Deviation.Length == shape.C
            ? new ImageSetTraits(name, known.Classes, shape.C, shape.H, shape.W, statistics.Mean, statistics.Deviation, known.ClassNames)
            : throw new BrinkException(
                $"{place} has {shape.C} channel{(shape.C == 1 ? string.Empty : "s")}: expected as many values in mean and in standard-deviation, "
                + $"found {statistics.Mean.Length} and {statistics.Deviation.Length}");
    }

    private static int[] Choose(int[] labels, int classes, SampleSelection selection, string what)
    {
        if (selection.NeedsLabels)
        {
            return StratifiedDraw.Draw(labels, classes, selection.Count!.Value, selection.Seed, what);
        }

        long end = selection.Count is { } count ? selection.First + count : labels.Length;
        return selection.First < labels.Length && end <= labels.Length
            ? [.. Enumerable.Range((int)selection.First, (int)(end - selection.First))]
            : throw new BrinkException(
                $"{what} holds {labels.Length} samples, 0 to {labels.Length - 1}: samples {selection.First} to {Math.Max(selection.First, end - 1)} were asked for");
    }

    /// <summary>What is known of samples before they are read.</summary>
    /// <param name="Classes">K of those kept.</param>
    /// <param name="ClassNames">Their names, where known.</param>
    /// <param name="Statistics">What they are standardised with; null to measure.</param>
    private protected sealed record OwnTraits(int Classes, IReadOnlyList<string>? ClassNames, Standardisation? Statistics);
}
