namespace Brink.Experiments;

/// <summary>What the loop of a run writes and reads back; a <see cref="RunFolder"/>, or on ranks that own none nothing.</summary>
internal interface IRunStore : IDisposable
{
    /// <inheritdoc cref="RunFolder.Path"/>
    string Path { get; }

    /// <inheritdoc cref="RunFolder.ReadSummary"/>
    RunSummary? ReadSummary();

    /// <inheritdoc cref="RunFolder.WriteSummary"/>
    void WriteSummary(RunSummary summary);

    /// <inheritdoc cref="RunFolder.Append"/>
    void Append(MetricsLine line);

    /// <inheritdoc cref="RunFolder.ReadMetrics"/>
    IReadOnlyList<MetricsLine> ReadMetrics();

    /// <inheritdoc cref="RunFolder.CutBackTo"/>
    void CutBackTo(long iteration);

    /// <inheritdoc cref="RunFolder.SaveCheckpoint"/>
    void SaveCheckpoint(long iteration, IReadOnlyList<Torch.Serialization.SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata);

    /// <inheritdoc cref="RunFolder.Log"/>
    void Log(string message);
}

/// <summary>A run folder that another rank owns: that one writes what this one would.</summary>
/// <param name="path">The folder.</param>
/// <param name="before">The lines that stood in it where the run goes on.</param>
internal sealed class UnownedRunFolder(string path, IReadOnlyList<MetricsLine> before) : IRunStore
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public RunSummary? ReadSummary() => null;

    /// <inheritdoc/>
    public void WriteSummary(RunSummary summary)
    {
    }

    /// <inheritdoc/>
    public void Append(MetricsLine line)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricsLine> ReadMetrics() => before;

    /// <inheritdoc/>
    public void CutBackTo(long iteration)
    {
    }

    /// <inheritdoc/>
    public void SaveCheckpoint(
        long iteration, IReadOnlyList<Torch.Serialization.SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
    }

    /// <inheritdoc/>
    public void Log(string message)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
