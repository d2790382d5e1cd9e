using System.Globalization;
using Brink;
using Brink.Curvature;
using Brink.Experiments;
using Brink.Methods;
using Brink.Networks;
using Brink.Objectives;
using Brink.Torch;
using OwnNetwork;

// A network of one's own, known by name to every specification from here on.
NetworkCatalogue.Register(new NetworkArchitecture("residual", "eight blocks x + W₂ReLU(W₁x)", NetworkVariants.Widths, options => new ResidualNetwork(options))
{
    DefaultWidths = [100],
});

try
{
    int iterations = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
    var specification = new Specification
    {
        Data = "fashion-mnist",
        Count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000,
        Network = "residual",
        Method = "nls",
        Iterations = iterations,
        SharpnessEvery = 10,
        TestEvery = 0,
        Out = args.Length > 2 ? args[2] : null,
    };

    // 1. A run, with a folder, checkpoints and metrics, as `brink train` makes it.
    RunOutcome outcome = Trainer.Train(specification, new Lines());
    Console.WriteLine($"{outcome.Status} in {outcome.Folder}: loss {outcome.Summary.FinalLoss:G4}, λ₁ {outcome.Summary.FinalSharpness:G4}");

    // 2. The parts by themselves: an objective on the flat vector, a method, and what curves there.
    using var problem = Problem.Create(specification, Console.WriteLine);
    using var method = new BoundedSearch(new ZhangHagerReference(), new SearchParameters());
    Evaluation at = problem.Objective.Evaluate(problem.StartWeights(), method.Wanted);
    for (int k = 0; k < iterations; k++)
    {
        (Evaluation next, StepReport report) = method.Step(problem.Objective, at);
        at.Dispose();
        at = next;
        if (k % 10 == 9)
        {
            Console.WriteLine($"nls-ub {k + 1,5}  loss {at.Value:G4}  η {report.StepSize:G4}");
        }
    }

    using (at)
    using (new TensorScope())
    {
        Eigenpairs top = Lanczos.Largest(new HessianOperator(problem.Objective, at), count: 3);
        Console.WriteLine($"λ₁, λ₂, λ₃ there: {string.Join(", ", top.Values.Select(value => value.ToString("G4", CultureInfo.InvariantCulture)))}");
    }

    return 0;
}
catch (BrinkException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
