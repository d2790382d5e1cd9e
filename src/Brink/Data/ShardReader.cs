namespace Brink.Data;

/// <summary>Reads the samples of one split that a selection asks for, touching only the shards it needs.</summary>
/// <param name="definition">The data set.</param>
/// <param name="split">The split.</param>
/// <param name="finder">Where its files are looked for.</param>
/// <param name="allowShortened">
/// Whether valid files with fewer samples than the official ones are taken as they are (a user's own copy), or are an
/// error (the data directory holds official files only).
/// </param>
internal sealed class ShardReader(DataSetDefinition definition, DataSplit split, FileFinder finder, bool allowShortened)
{
    private string What => $"{definition.Name} {split.Name}";

    /// <summary>The files of a shard that are not at hand.</summary>
    /// <param name="shard">The shard.</param>
    public IEnumerable<OfficialFile> Missing(DataShard shard) => shard.Files.Where(file => finder.Find(file) is null);

    /// <summary>Loads the selected samples.</summary>
    /// <param name="selection">Which samples, already validated.</param>
    /// <exception cref="BrinkException">A file is absent or bad, or the split does not hold the samples.</exception>
    public ImageSet Load(SampleSelection selection)
    {
        if (!split.Shards.Any(shard => !Missing(shard).Any()))
        {
            throw NothingAtHand();
        }

        var contents = new ShardContent?[split.Shards.Count];
        List<(int Shard, int Sample)> chosen = selection.NeedsLabels
            ? ChooseStratified(selection, contents)
            : ChooseByPlace(selection, contents);

        ImageSetTraits traits = WithClassNames();
        byte[] pixels = new byte[(long)chosen.Count * traits.SampleLength];
        int[] labels = new int[chosen.Count];
        int[] indices = new int[chosen.Count];
        for (int n = 0; n < chosen.Count; n++)
        {
            (int shard, int sample) = chosen[n];
            ShardContent content = contents[shard]!;
            content.Pixels(sample, traits.SampleLength).CopyTo(pixels.AsSpan(n * traits.SampleLength));
            labels[n] = content.Labels[sample];
            indices[n] = split.Shards[shard].First + sample;
        }

        return new ImageSet(traits, split.Name, pixels, labels, indices);
    }

    // The draw is over the whole split or not at all: which files happen to be at hand must not change what a seed draws.
    private List<(int Shard, int Sample)> ChooseStratified(SampleSelection selection, ShardContent?[] contents)
    {
        OfficialFile? absent = split.Shards.SelectMany(Missing).FirstOrDefault();
        if (absent is not null)
        {
            throw new BrinkException(
                $"{What}: a stratified draw is over the whole split and needs {absent.Name}, which is not in {finder.Place}; at hand "
                + $"are {AtHand()}: use subset 'first' with those, or '{GetCommand}'");
        }

        var places = new List<(int Shard, int Sample)>();
        var labels = new List<int>();
        for (int s = 0; s < contents.Length; s++)
        {
            contents[s] = Read(split.Shards[s]);
            labels.AddRange(contents[s]!.Labels);
            for (int i = 0; i < contents[s]!.Labels.Length; i++)
            {
                places.Add((s, i));
            }
        }

        int[] drawn = StratifiedDraw.Draw(
            labels.ToArray(), definition.Traits.Classes, selection.Count!.Value, selection.Seed, What);
        return [.. drawn.Select(place => places[place])];
    }

    private List<(int Shard, int Sample)> ChooseByPlace(SampleSelection selection, ShardContent?[] contents)
    {
        long first = selection.First;
        long end = selection.Count is { } count ? first + count : split.Count;
        if (first >= split.Count || end > split.Count)
        {
            throw new BrinkException(
                $"{What} holds {split.Count} samples, 0 to {split.Count - 1}: samples {first} to {Math.Max(first, end - 1)} "
                + "were asked for");
        }

        var chosen = new List<(int Shard, int Sample)>((int)(end - first));
        for (int s = 0; s < contents.Length; s++)
        {
            DataShard shard = split.Shards[s];
            int from = (int)Math.Max(first, shard.First) - shard.First;
            int to = (int)Math.Min(end, shard.First + shard.Count) - shard.First;
            if (from >= to)
            {
                continue;
            }

            OfficialFile? absent = Missing(shard).FirstOrDefault();
            if (absent is not null)
            {
                throw new BrinkException(
                    $"{What}: samples {shard.First + from} to {shard.First + to - 1} lie in {absent.Name}, which is not in "
                    + $"{finder.Place}; at hand are {AtHand()}; '{GetCommand}' fetches the rest");
            }

            contents[s] = Read(shard);
            int held = contents[s]!.Labels.Length;
            // A shortened set that is asked for whole gives what it holds; a place beyond its end is an error.
            if (to > held && (selection.Count is not null || from >= held))
            {
                throw new BrinkException(
                    $"{What}: samples {shard.First + from} to {shard.First + to - 1} were asked for, but "
                    + $"{finder.Find(shard.Files[0])!.Display} holds {held}, samples {shard.First} to {shard.First + held - 1}");
            }

            for (int i = from; i < Math.Min(to, held); i++)
            {
                chosen.Add((s, i));
            }
        }

        return chosen;
    }

    private string GetCommand => $"brink data get {definition.Name}";

    private ShardContent Read(DataShard shard)
    {
        FileContent[] files = [.. shard.Files.Select(file => finder.Find(file)!.Read(allowShortened))];
        return definition.Format.Parse(files, definition.Traits, shard);
    }

    private string AtHand()
    {
        IEnumerable<string> ranges = split.Shards
            .Where(shard => !Missing(shard).Any())
            .Select(shard => $"{shard.First} to {shard.First + shard.Count - 1}");
        return $"samples {string.Join(", ", ranges)}";
    }

    private BrinkException NothingAtHand()
    {
        string[] names = [.. split.Shards.SelectMany(shard => shard.Files).Select(file => file.Name)];
        string wanted = names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
        return new BrinkException(
            $"{What} is not at hand: {wanted} {(names.Length == 1 ? "is" : "are")} not in {finder.Place}; '{GetCommand}' fetches the "
            + "set, '--from DIR' names a local copy");
    }

    private ImageSetTraits WithClassNames()
    {
        ImageSetTraits traits = definition.Traits;
        if (definition.ClassNamesFile is not { } name || finder.FindPlain(name) is not { } path)
        {
            return traits;
        }

        string[] names = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).Take(traits.Classes + 1)];
        if (names.Length != traits.Classes)
        {
            throw new BrinkException(
                $"{path}: expected {traits.Classes} class names, one a line, found {(names.Length > traits.Classes ? "more" : names.Length.ToString())}");
        }

        return traits with { ClassNames = names };
    }
}
