using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink flow</c>: the gradient flow from a start, or from where a run stands.</summary>
internal static class FlowCommand
{
    private const string FlowMethod = "flow";
    private const string CentralMethod = "central-flow";

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var fields = new SpecificationOptions();
        var source = new Argument<string?>("run-or-spec")
        {
            Description = "A run folder, from whose newest checkpoint the flow starts, or a file of a specification; options are laid over it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var iteration = new Option<long?>("--iteration") { Description = "Start from the run's checkpoint of this iteration", HelpName = "k" };
        var central = new Option<bool>("--central") { Description = "Follow the central flow of gradient descent with step eta instead, beside that descent and the plain flow (beside: gd-and-flow); with --bound, the flow constrained to λ₁ ≤ bound" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only the summary" };
        var force = new Option<bool>("--force") { Description = "Replace a run that is in the folder already" };
        Option<bool> json = JsonText.Option();
        Option<bool> untilInputEnds = InputWatch.Option();
        var command = new DocumentedCommand(
            "flow",
            "Follow the gradient flow from a start or from where a run stands, to a loss, a gradient norm or a time. The flow is a run of its own.",
            "brink flow runs/x --until-loss 1e-3",
            "brink flow --data cifar10 --count 1000 --network mlp --activation tanh --integrator rkc --tolerance 1e-4 --until-loss 1e-3 --json",
            "brink flow runs/x --compare-eta 0.05 --until-time 20",
            "brink flow --central --data cifar10 --count 1000 --classes 0,1,2,3 --network mlp --activation gelu --loss squared --eta 0.02 --iterations 1000")
        { GroupOf = fields.GroupOf };
        command.Add(source);
        foreach (Option option in fields.Options)
        {
            command.Add(option);
        }

        command.Add(central);
        command.Add(iteration);
        command.Add(quiet);
        command.Add(force);
        command.Add(json);
        command.Add(untilInputEnds);
        command.SetWork((parsed, cancellation) =>
        {
            InvocationConfiguration streams = parsed.InvocationConfiguration;
            bool asJson = parsed.GetValue(json);
            bool isCentral = parsed.GetValue(central);
            Specification specification = Read(fields, parsed, parsed.GetValue(source), parsed.GetValue(iteration), isCentral);

            // What is printed as JSON leaves standard output to it.
            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            IRunObserver observer = RankObserver.For(
                ranks, asJson && ranks is null or { IsOwner: true } ? streams.Error : streams.Output, parsed.GetValue(quiet), RunEnd.Title(specification));
            RunOutcome outcome = Trainer.Train(specification, observer, parsed.GetValue(force), ranks, watch.Token);
            if (ranks is { IsOwner: false })
            {
                return RunEnd.ExitCode(outcome);
            }

            if (isCentral)
            {
                Show(CentralFlowSummary.Of(outcome), CentralFlowText.Write);
            }
            else
            {
                Show(FlowSummary.Of(outcome), Print);
            }

            void Show<T>(T summary, Action<T, TextWriter> print)
                where T : notnull
            {
                if (asJson)
                {
                    JsonText.Write(streams.Output, summary);
                }
                else
                {
                    print(summary, streams.Output);
                }
            }

            return RunEnd.ExitCode(outcome);
        });
        return command;
    }

    private static Specification Read(SpecificationOptions fields, ParseResult parsed, string? source, long? iteration, bool central)
    {
        bool isRun = source is not null && Directory.Exists(source);
        if (iteration is not null && !isRun)
        {
            throw new BrinkException("--iteration chooses a checkpoint of a run; give the run's folder");
        }

        string method = central ? CentralMethod : FlowMethod;
        SpecificationReader reader = isRun ? new SpecificationReader(Of(FlowStart.At(source!, iteration)))
            : source is not null ? Specification.ReaderOf(source).NextLayer()
            : new SpecificationReader(Of(new Specification()));
        Specification specification = fields.Read(parsed, reader);
        return specification.Method == method
            ? specification
            : throw new BrinkException($"brink flow{(central ? " --central" : string.Empty)} follows the method {method}, not {specification.Method}; for that there is 'brink train'");

        Specification Of(Specification start) =>
            central ? start with { Method = method, Beside = "gd-and-flow" } : start with { Method = method };
    }

    private static void Print(FlowSummary s, TextWriter output)
    {
        output.WriteLine(s.Reached ? s.Why : $"not reached: {s.Why}");
        if (s.Time is null)
        {
            return;
        }

        string slope = s.GradNorm is { } norm ? $", ‖g‖ {norm:G4}" : string.Empty;
        string sharpness = s.Sharpness is { } value ? $", λ₁ {value:G6} (residual {s.SharpnessResidual:G2})" : string.Empty;
        output.WriteLine($"time {s.Time:G6}, loss {s.Loss:G5}{slope}{sharpness}");
        string stages = s.MostStages is { } most ? $", stages {s.MeanStages:F1} on average and {most} at most" : string.Empty;
        output.WriteLine(
            $"{s.Integrator}: {s.Iterations} iterations, {s.Gradients} gradients, {s.Rejected} rejected steps{stages}, {s.Hvps} Hessian-vector products");
        if (s.DistanceToGd is { } distance)
        {
            output.WriteLine($"distance to gradient descent at equal time {distance:G4}, its loss {s.GdLoss:G5}");
        }
    }
}
