namespace Brink.Experiments.Planning;

/// <summary>What a run does in an iteration and what it costs on a machine: measured once, for any number of ranks.</summary>
public sealed record RunCosts
{
    /// <summary>N, the samples trained on.</summary>
    public required long Samples { get; init; }

    /// <summary>P, the parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of a number: 4 or 8.</summary>
    public required int ElementBytes { get; init; }

    /// <summary>Iterations of the run.</summary>
    public required long Iterations { get; init; }

    /// <summary>Threads that worked on the samples while it was measured: those of all ranks of a machine together.</summary>
    public required int Threads { get; init; }

    /// <summary>Samples of the larger measurement.</summary>
    public required long MeasuredSamples { get; init; }

    /// <summary>What is done, and how often.</summary>
    public required IReadOnlyList<IterationPart> Parts { get; init; }

    /// <summary>Each pass over the samples that was timed, once.</summary>
    public required IReadOnlyList<OperationCost> Basics { get; init; }

    /// <summary>Seconds that the digest of the weights takes, which ranks compare in every iteration.</summary>
    public required double DigestSeconds { get; init; }

    /// <summary>Resident bytes at the peak, by the samples that a rank holds.</summary>
    public required SampleCost Memory { get; init; }

    /// <summary>Bytes that every rank holds of each sample that is another's: the images as they were read.</summary>
    public required double RawSampleBytes { get; init; }

    /// <summary>Bytes of the test split that <see cref="Memory"/> counts, and that ranks share.</summary>
    public required double TestBytes { get; init; }

    /// <summary>Bytes of a checkpoint, of which a run keeps two.</summary>
    public required double CheckpointBytes { get; init; }

    /// <summary>Mean bytes of a line of metrics.jsonl, and iterations between two.</summary>
    public required SampleCost Lines { get; init; }

    /// <summary>What the further files of a run folder hold.</summary>
    public const double SmallFileBytes = 6000;

    /// <summary>Files of a run folder: specification, environment, metrics, summary, log, two of the lock and two checkpoints.</summary>
    public const int FilesPerRun = 9;

    /// <summary>Bytes of the run's folder at its end.</summary>
    public double DiskBytes => (2 * CheckpointBytes) + Lines.For(Iterations) + SmallFileBytes;

    /// <summary>Trials of an iteration: evaluations of the loss that a step makes, on average.</summary>
    public double Trials => Parts[0].Operations.Where(operation => operation.Operation is Operation.FirstTrial or Operation.Trial).Sum(operation => operation.Count);

    /// <summary>The same run where a search makes another number of trials.</summary>
    /// <param name="trials">Trials of an iteration, on average; at least 1.</param>
    /// <exception cref="BrinkException">The method makes none.</exception>
    public RunCosts WithTrials(double trials)
    {
        if (Trials == 0)
        {
            throw new BrinkException("--trials is for methods that search along their step; this one makes no trials");
        }

        IterationPart step = Parts[0];
        OperationCost first = step.Operations.First(operation => operation.Operation == Operation.FirstTrial);
        OperationCost further = step.Operations.FirstOrDefault(operation => operation.Operation == Operation.Trial)
            ?? Basics.FirstOrDefault(operation => operation.Operation == Operation.Trial) ?? first with { Operation = Operation.Trial };
        double more = trials - Trials;
        return this with
        {
            Parts =
            [
                step with
                {
                    Operations = [.. step.Operations.Where(operation => operation.Operation != Operation.Trial), further with { Count = trials - first.Count }],
                    Messages = [.. step.Messages.Select(message => message.Bytes == sizeof(double) ? message with { Count = message.Count + more } : message)],
                },
                .. Parts.Skip(1),
            ],
        };
    }
}
