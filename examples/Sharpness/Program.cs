using Brink;
using Brink.Curvature;
using Brink.Experiments;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

// Trains a small network on two spirals with a nonmonotone line search, which finds its own step, and measures the sharpness
// λ₁ on the way; then records a run of a small model. Uses the NuGet packages, and nothing of the repository.
try
{
    using var scope = new TensorScope();
    (Tensor points, Tensor labels) = Spirals.Make(100);
    var network = new Sequential([new Linear(2, 20), new Tanh(), new Linear(20, 20), new Tanh(), new Linear(20, 2)]);

    LossFunction loss = LossFunction.Named("mse");
    using var workers = new Workers(1);
    using var batches = new SampleBatches(points, labels, outputs: 2, loss, microBatch: 200, channelsLast: false);
    using var objective = new NetworkObjective(network, batches, loss, outputs: 2, workers, new ObjectivePlan(MicroBatch: 200));
    Tensor start = objective.Layout.Pack(Initialization.Draw(network, InitializationScheme.Default, seed: 1, ScalarType.Float64));

    using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
    Evaluation at = objective.Evaluate(start, method.Wanted);
    for (int k = 0; k <= 300; k++)
    {
        if (k % 50 == 0)
        {
            Eigenpairs top = Lanczos.Largest(new HessianOperator(objective, at), count: 1);
            Console.WriteLine($"nls {k,4}  loss {at.Value:G4}  accuracy {at.Accuracy:P1}  λ₁ {top.Values[0]:G4}  2/λ₁ {2 / top.Values[0]:G4}");
        }

        (Evaluation next, _) = method.Step(objective, at);
        at.Dispose();
        at = next;
    }

    at.Dispose();

    // A run that is kept: the same as `brink train --model scalar --method gd …`, in a folder that brink reads.
    var specification = new Specification { Model = "scalar", Method = "gd", Eta = 0.2, Iterations = 50, SharpnessEvery = 10, Out = args.Length > 0 ? args[0] : null };
    RunOutcome outcome = Trainer.Train(specification, new Silent());
    Console.WriteLine($"{outcome.Status} in {outcome.Folder}: loss {outcome.Summary.FinalLoss:G4}, λ₁ {outcome.Summary.FinalSharpness:G4}");
    return 0;
}
catch (Exception problem) when (problem is BrinkException or TorchException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
