using System.Diagnostics;
using System.Text.Json;
using Brink.Experiments;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>
/// One side of the bench of ranks, on one process or on a rank of several: iterations of <c>nls</c> and Hessian-vector products,
/// each when it is asked for.
/// </summary>
internal sealed class RankWorker : IDisposable
{
    /// <summary>An iteration of <c>nls</c>.</summary>
    internal const string Iteration = "nls";

    /// <summary>A Hessian-vector product at the point where it stands, on graphs that the first one recorded.</summary>
    internal const string Product = "product";

    private readonly NetworkProblem _problem;
    private readonly ExtrapolatingSearch _method = new("nls", new ZhangHagerReference(), new SearchParameters());
    private readonly RunRanks? _ranks;
    private Evaluation _at;

    /// <summary>Starts.</summary>
    /// <param name="specification">Data, network and threads.</param>
    /// <param name="ranks">The ranks; null for one process.</param>
    /// <param name="note">Told what was decided.</param>
    internal RankWorker(Specification specification, RunRanks? ranks, Action<string> note)
    {
        _ranks = ranks;
        _problem = NetworkProblem.Create(specification, note, ranks);
        _at = _problem.Objective.Evaluate(_problem.StartWeights(), _method.Wanted);
    }

    /// <summary>What it works on, with what the machine decided.</summary>
    internal Specification Specification => _problem.Specification;

    /// <summary>Answers on a rank: rank 0 reads what is asked from standard input, the others hear of it from rank 0.</summary>
    /// <param name="specification">A specification, as JSON.</param>
    internal static void Serve(string specification)
    {
        using RunRanks ranks = RunRanks.FromEnvironment() ?? throw new BrinkException("this is a part of 'brink bench --only ranks', which starts it");
        using var worker = new RankWorker(ranks.Agree(Specification.FromJson(specification)), ranks, _ => { });
        while (ranks.FromOwner(() => Console.In.ReadLine() ?? string.Empty) is { Length: > 0 } operation)
        {
            RankAnswer answer = worker.Do(operation);
            if (ranks.IsOwner)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(answer));
                Console.Out.Flush();
            }
        }
    }

    /// <summary>Does what is asked.</summary>
    internal RankAnswer Do(string operation)
    {
        long before = _ranks?.Group.SummedBytes ?? 0;
        _ranks?.Group.Barrier();
        var watch = Stopwatch.StartNew();
        double step = operation == Iteration ? Step() : Multiply();
        return new RankAnswer(watch.Elapsed.TotalSeconds, step, (_ranks?.Group.SummedBytes ?? 0) - before);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _at.Dispose();
        _method.Dispose();
        _problem.Dispose();
    }

    private double Step()
    {
        _ranks?.AnyInterrupted(_at.Weights, interrupted: false);
        (Evaluation next, StepReport report) = _method.Step(_problem.Objective, _at);
        _at.Dispose();
        _at = next;
        return report.StepSize;
    }

    private double Multiply()
    {
        using var scope = new TensorScope();
        _at.HessianVectorProduct(_at.Gradient());
        return 0;
    }
}
