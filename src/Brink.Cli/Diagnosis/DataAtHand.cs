namespace Brink.Cli.Diagnosis;

/// <summary>Looks for the data that <c>brink quickstart</c> trains on.</summary>
internal static class DataAtHand
{
    private static readonly string[] s_fashionFiles =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>Looks.</summary>
    /// <param name="debianFolder">Where Debian's package keeps the official files.</param>
    /// <returns>What was found.</returns>
    internal static Finding Look(string debianFolder = "/usr/share/datasets/fashion-mnist")
    {
        string[] absent = [.. s_fashionFiles.Where(name => !File.Exists(Path.Combine(debianFolder, name + ".gz")))];
        return absent.Length switch
        {
            0 => new Finding("Fashion-MNIST", debianFolder),
            4 => new Finding("Fashion-MNIST", "not installed; it is downloaded when it is first used", Health.Good, "brink data get fashion-mnist, or on Debian apt-get install dataset-fashion-mnist"),
            _ => new Finding("Fashion-MNIST", $"{debianFolder} lacks {string.Join(", ", absent)}", Health.Poor, "apt-get install --reinstall dataset-fashion-mnist"),
        };
    }
}
