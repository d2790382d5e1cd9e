namespace Brink.Experiments.Planning;

/// <summary>Something that a run does every so many iterations: the step itself, a measurement, the comparison between ranks.</summary>
/// <param name="Name">What it is called: <c>step</c>, <c>sharpness</c>, …</param>
/// <param name="Every">Iterations between two; at least 1.</param>
/// <param name="Operations">The passes over the samples that it takes.</param>
/// <param name="Rest">Seconds beside them, the same for any number of samples and ranks.</param>
/// <param name="Messages">The sums over ranks that it takes, where there are ranks.</param>
public sealed record IterationPart(
    string Name, int Every, IReadOnlyList<OperationCost> Operations, double Rest, IReadOnlyList<Message> Messages);

/// <summary>How often an operation is done, and what it costs.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Count">How often, on average.</param>
/// <param name="Samples">Over how many samples, those of all ranks together.</param>
/// <param name="Seconds">Seconds of one, by the samples that a machine holds.</param>
public sealed record OperationCost(Operation Operation, double Count, long Samples, SampleCost Seconds);

/// <summary>Sums over ranks of one size.</summary>
/// <param name="Bytes">Those of the tensor that is summed.</param>
/// <param name="Count">How many such sums, on average.</param>
public sealed record Message(long Bytes, double Count);
