using Brink.Data;

namespace Brink.Theory;

/// <summary>One iterate of gradient descent on squared regression.</summary>
/// <param name="Iteration">k.</param>
/// <param name="Weights">(u, v).</param>
/// <param name="Loss">f.</param>
/// <param name="Sharpness">λ₁ of the Hessian.</param>
/// <param name="GfsSharpness">φ; null where the flow reaches no interpolating minimum, or a number is not finite.</param>
public sealed record SquaredPoint(int Iteration, double[] Weights, double Loss, double Sharpness, double? GfsSharpness)
{
    /// <summary>Whether everything here is a finite number.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(Sharpness);
}

/// <summary>Gradient descent on regression with squared parameters, with φ at every step (Kreisler et al., arXiv 2305.13064).</summary>
public sealed class SquaredDescent
{
    /// <summary>Relative error of φ allowed for: the dual's Newton iteration stops at a decrement of 1e-14 relative, which leaves about as much in φ.</summary>
    public const double RelativeTolerance = 1e-9;

    private readonly SquaredRegression _model;
    private readonly double _stepSize;

    /// <summary>Sets the descent.</summary>
    /// <param name="model">f.</param>
    /// <param name="stepSize">η, 0 or above.</param>
    /// <exception cref="BrinkException">η is out of range.</exception>
    public SquaredDescent(SquaredRegression model, double stepSize)
    {
        _model = model;
        _stepSize = stepSize >= 0 && double.IsFinite(stepSize)
            ? stepSize : throw new BrinkException($"eta is {stepSize}; it must be 0 or above and finite");
    }

    /// <summary>Takes the last column of a table for the targets.</summary>
    /// <param name="table">A sample a row.</param>
    public static (double[,] Inputs, double[] Targets) Split(double[,] table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int features = table.GetLength(1) - 1;
        if (features < 1)
        {
            throw new BrinkException("the data have one column; inputs and, last, a target are needed");
        }

        double[,] inputs = new double[table.GetLength(0), features];
        double[] targets = new double[table.GetLength(0)];
        for (int n = 0; n < targets.Length; n++)
        {
            targets[n] = table[n, features];
            for (int i = 0; i < features; i++)
            {
                inputs[n, i] = table[n, i];
            }
        }

        return (inputs, targets);
    }

    /// <summary>Standard normal inputs and targets.</summary>
    /// <param name="samples">N.</param>
    /// <param name="features">d.</param>
    /// <param name="seed">Fixes them.</param>
    public static (double[,] Inputs, double[] Targets) RandomData(int samples, int features, ulong seed)
    {
        double[] numbers = NormalDraw.Vector(seed, samples * (features + 1), 1);
        double[,] table = new double[samples, features + 1];
        Buffer.BlockCopy(numbers, 0, table, 0, numbers.Length * sizeof(double));
        return Split(table);
    }

    /// <summary>(u, v) uniform in (0.3, 1.5).</summary>
    /// <param name="features">d.</param>
    /// <param name="seed">Fixes it.</param>
    public static double[] RandomStart(int features, ulong seed)
    {
        var bits = new Xoshiro256(seed + 1_000_003);
        return [.. Enumerable.Range(0, 2 * features).Select(_ => 0.3 + (1.2 * NormalDraw.Uniform(bits)))];
    }

    /// <summary>The largest relative rise of φ in a step; null where φ is known at fewer than two points.</summary>
    /// <param name="points">The run.</param>
    public static double? LargestRise(IReadOnlyList<SquaredPoint> points) => points.Zip(points.Skip(1), (before, after) =>
        (after.GfsSharpness / before.GfsSharpness) - 1).Where(rise => rise is not null).DefaultIfEmpty(null).Max();

    /// <summary>Runs it.</summary>
    /// <param name="start">(u, v).</param>
    /// <param name="iterations">Steps to take, 0 or above.</param>
    /// <returns>iterations + 1 points; fewer where one is not finite, which is then the last.</returns>
    public IEnumerable<SquaredPoint> Run(double[] start, int iterations)
    {
        double[] w = [.. start];
        double[] gradient = new double[w.Length];
        for (int k = 0; ; k++)
        {
            double loss = w.All(double.IsFinite) ? _model.Value(w) : double.NaN;
            bool finite = double.IsFinite(loss);
            var point = new SquaredPoint(k, [.. w], loss, finite ? _model.Sharpness(w) : double.NaN, finite ? Solution(w) : null);
            yield return point;
            if (k >= iterations || !point.IsFinite)
            {
                yield break;
            }

            _model.Gradient(w, gradient);
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= _stepSize * gradient[i];
            }
        }
    }

    /// <summary>The verdict table.</summary>
    /// <param name="points">The run.</param>
    public IReadOnlyList<Verdict> Verdicts(IReadOnlyList<SquaredPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        double? product = points[0].GfsSharpness * _stepSize;
        string? unmet = product is null ? "the flow from the start reaches no interpolating minimum"
            : !(product > 2 && product < Math.Sqrt(8)) ? $"φ₀η = {product:G5} is not in (2, 2√2)"
            : !points[^1].IsFinite ? "the run diverged"
            : points.Any(point => point.GfsSharpness is null) ? "the flow from an iterate reaches no interpolating minimum"
            : points.Any(point => point.Weights.Zip(points[0].Weights).Any(pair => pair.First * pair.Second < 0)) ? "a parameter changed its sign"
            : points.Count < 2 ? "no step was taken"
            : null;
        return
        [
            Verdict.Of(
                "φ falls (Kreisler et al. 2023)", $"from φ₀η in (2, 2√2), signs kept, φ falls over the run, and rises in no step by more than {RelativeTolerance} relative", unmet,
                () => $"φη from {product:G6} to {points[^1].GfsSharpness * _stepSize:G6}, largest relative rise in a step {LargestRise(points):G3}",
                () => LargestRise(points) <= RelativeTolerance && points[^1].GfsSharpness <= points[0].GfsSharpness),
        ];
    }

    private double? Solution(double[] w)
    {
        try
        {
            double phi = _model.FlowLimitSharpness(w);
            return double.IsFinite(phi) ? phi : null;
        }
        catch (BrinkException)
        {
            return null;
        }
    }
}
