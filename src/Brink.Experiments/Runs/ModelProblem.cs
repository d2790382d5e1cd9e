using Brink.Objectives;
using Brink.Theory;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments;

/// <summary>A small model of the theory, in float64 on the CPU.</summary>
public sealed class ModelProblem : Problem
{
    private readonly double[]? _start;

    private ModelProblem(Specification specification, TheoryModel model, IReadOnlyList<(string Name, long[] Shape)> parameters, double[]? start)
        : base(specification)
    {
        Model = model;
        Layout = new ParameterLayout(parameters);
        _start = start;
        Objective = new ModelObjective(model);
    }

    /// <summary>The model.</summary>
    public TheoryModel Model { get; }

    /// <inheritdoc/>
    public override ModelObjective Objective { get; }

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; }

    /// <inheritdoc/>
    internal override ModelObjective Sibling(Workers workers) => new(Model);

    /// <summary>Makes the model.</summary>
    /// <param name="specification">The specification, with a model; it is resolved here.</param>
    /// <returns>The problem.</returns>
    /// <exception cref="BrinkException">The model is not to be had as asked for, or the start does not fit it.</exception>
    internal static ModelProblem Create(Specification specification)
    {
        Runtime.Initialize();

        // Vectors of a few numbers: threads would cost more than they save, and bits must not depend on them.
        Runtime.Threads = 1;

        // A run is resumed from any folder: what it reads must not depend on where it was started.
        Specification s = (specification with
        {
            DataFile = specification.DataFile is { } data ? Path.GetFullPath(data) : null,
            Init = specification.Init is { } init ? Path.GetFullPath(init) : null,
        }).Resolve(outputs: 1);
        ModelProblem problem = s.Model switch
        {
            ModelFields.Minimalist => OfMinimalist(s),
            ModelFields.Scalar => OfScalar(s),
            ModelFields.SquaredRegression => OfSquaredRegression(s),
            ModelFields.Linear => OfLinear(s),
            _ => throw new BrinkException($"model '{s.Model}' is in the table of fields but has no implementation"),
        };
        if (problem._start is { } start && start.Length != problem.Model.Dimension)
        {
            throw new BrinkException($"start has {start.Length} numbers; this model has {problem.Model.Dimension} parameters");
        }

        return problem;
    }

    /// <inheritdoc/>
    private protected override Tensor FreshWeights() => Tensor.From(_start!).Clone();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Objective.Dispose();

    private static ModelProblem OfMinimalist(Specification s) => new(
        s, new Minimalist(s.Lambda1, s.Lambda2), [("alpha", [1]), ("beta1", [1]), ("beta2", [1])], s.Start?.ToArray());

    private static ModelProblem OfScalar(Specification s)
    {
        double[,] target = Matrix("target", s.Target);
        return target.Length == 1
            ? new ModelProblem(s, new ScalarNetwork(s.Depth!.Value, target[0, 0]), [("w", [s.Depth!.Value])], s.Start?.ToArray())
            : throw new BrinkException($"target is '{s.Target}'; the scalar network has one, a number above 0");
    }

    private static ModelProblem OfSquaredRegression(Specification s)
    {
        ulong seed = (ulong)s.Seed;
        (double[,] inputs, double[] targets) = s.DataFile is { } file
            ? SquaredDescent.Split(NumberText.MatrixFile(file))
            : SquaredDescent.RandomData(s.Samples, s.Dimension, seed);
        var model = new SquaredRegression(inputs, targets);
        return new ModelProblem(
            s, model, [("u", [model.Features]), ("v", [model.Features])], s.Start?.ToArray() ?? SquaredDescent.RandomStart(model.Features, seed));
    }

    private static ModelProblem OfLinear(Specification s)
    {
        double[,] targets = Matrix("target", s.Target);
        double[,] inputs = s.Inputs is { } given ? Matrix("inputs", given) : LinearNetwork.IdentityInputs(targets.GetLength(1));
        int[] widths = [.. s.LayerWidths!];
        var model = new LinearNetwork(widths, inputs, targets, s.PerSample);
        return new ModelProblem(
            s, model, [.. Enumerable.Range(1, model.Depth).Select(l => ($"W{l}", new long[] { widths[l], widths[l - 1] }))],
            s.Start?.ToArray() ?? model.RandomStart(s.Deviation, (ulong)s.Seed));
    }

    private static double[,] Matrix(string field, string text) => NumberText.TryMatrix(text, out double[,] matrix) is { } wrong
        ? throw new BrinkException($"{field} is '{text}': {wrong}")
        : matrix;
}
