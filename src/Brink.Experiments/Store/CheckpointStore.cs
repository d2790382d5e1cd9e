using System.Globalization;
using System.Security.Cryptography;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>Everything that decides the next bits of a run, as it was at an iteration.</summary>
/// <param name="Iteration">Steps taken so far; the next line of metrics is of this iteration.</param>
/// <param name="Tensors">What the loop put in, in its order where element sizes are equal.</param>
/// <param name="Metadata">Text the loop put in.</param>
/// <param name="Path">The file it was read from.</param>
public sealed record Checkpoint(
    long Iteration, IReadOnlyList<SafeTensor> Tensors, IReadOnlyDictionary<string, string> Metadata, string Path);

/// <summary>
/// The folder <c>checkpoints</c>: files <c>step-000000100.safetensors</c>, written to a temporary name, synced and
/// renamed, the last two kept. Each carries a digest of its data, so that a damaged one is known and the one before it
/// is used.
/// </summary>
internal sealed class CheckpointStore(string folder)
{
    private const int Kept = 2;
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";
    private const string DigestKey = "brink.sha256";
    private const string IterationKey = "brink.iteration";

    /// <summary>Path of the checkpoint of an iteration.</summary>
    internal string PathOf(long iteration) => Path.Combine(folder, $"{Prefix}{iteration:D9}{Suffix}");

    /// <summary>Iterations of the checkpoints that are there, newest first.</summary>
    internal IReadOnlyList<long> Iterations()
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        List<long> iterations = [];
        foreach (string file in Directory.EnumerateFiles(folder, Prefix + "*" + Suffix))
        {
            string name = Path.GetFileName(file);
            if (long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long iteration))
            {
                iterations.Add(iteration);
            }
        }

        iterations.Sort((a, b) => b.CompareTo(a));
        return iterations;
    }

    /// <summary>Writes a checkpoint and removes all but the last two.</summary>
    /// <exception cref="RunStoreException">It could not be written; the ones before it are whole.</exception>
    internal void Save(long iteration, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Dictionary<string, string> all = new(metadata, StringComparer.Ordinal)
        {
            [IterationKey] = iteration.ToString(CultureInfo.InvariantCulture),
            [DigestKey] = Digest(tensors),
        };
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(folder, error);
        }

        DurableFile.Replace(PathOf(iteration), stream => SafeTensorsFile.Write(stream, tensors, all));
        foreach (long old in Iterations().Where(i => i < iteration).Skip(Kept - 1))
        {
            DurableFile.TryDelete(PathOf(old));
        }
    }

    /// <summary>Reads the newest checkpoint that is whole.</summary>
    /// <param name="note">Told, in one line, of each that is not.</param>
    /// <returns>The checkpoint, or null when there is none.</returns>
    internal Checkpoint? LoadNewest(Action<string> note)
    {
        foreach (long iteration in Iterations())
        {
            string path = PathOf(iteration);
            try
            {
                return Load(path, iteration);
            }
            catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
            {
                note($"checkpoint {path} is damaged ({error.Message}); using the one before it");
            }
        }

        return null;
    }

    /// <summary>Reads the checkpoint of an iteration.</summary>
    /// <param name="iteration">One of <see cref="Iterations"/>.</param>
    /// <exception cref="BrinkException">It is damaged.</exception>
    internal Checkpoint Load(long iteration)
    {
        string path = PathOf(iteration);
        try
        {
            return Load(path, iteration);
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"checkpoint {path} is damaged: {error.Message}", error);
        }
    }

    private static Checkpoint Load(string path, long iteration)
    {
        (IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata) = SafeTensorsFile.Read(path);
        if (!metadata.TryGetValue(DigestKey, out string? digest) || digest != Digest(tensors))
        {
            throw new FormatException("its data do not match their digest");
        }

        Dictionary<string, string> own = new(metadata, StringComparer.Ordinal);
        own.Remove(DigestKey);
        own.Remove(IterationKey);
        return new Checkpoint(iteration, tensors, own, path);
    }

    /// <summary>SHA-256 over names and data in order of name, which the layout of the file does not change.</summary>
    private static string Digest(IReadOnlyList<SafeTensor> tensors)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SafeTensor tensor in tensors.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(tensor.Name));
            hash.AppendData(tensor.Data.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
