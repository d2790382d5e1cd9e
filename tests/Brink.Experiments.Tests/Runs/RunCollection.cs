namespace Brink.Experiments.Tests.Runs;

/// <summary>
/// Tests that train: one at a time, because libtorch's thread counts and the count of tensor memory belong to the whole
/// process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunCollection
{
    internal const string Name = "runs";
}
