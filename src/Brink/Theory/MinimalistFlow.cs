using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Brink.Theory;

/// <summary>A point on a curve of the minimalist example's parameter space.</summary>
/// <param name="Time">t; one step of gradient descent takes η of it.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Loss">L.</param>
/// <param name="Sharpness">S.</param>
public readonly record struct MinimalistFlowPoint(double Time, double Alpha, double Beta1, double Beta2, double Loss, double Sharpness);

/// <summary>
/// Continuous curves beneath gradient descent on the minimalist example: the gradient flow ẇ = −∇L(w), and the constrained trajectory,
/// the gradient flow on the set S(w) ≤ 2/η (Damian et al., arXiv 2209.15594; compared with in Liu et al.). Classical Runge–Kutta of
/// order four; with three parameters its cost does not matter.
/// </summary>
/// <param name="model">L.</param>
public sealed class MinimalistFlow(Minimalist model)
{
    /// <summary>Follows the gradient flow.</summary>
    /// <param name="start">w(0).</param>
    /// <param name="duration">Time to follow it for.</param>
    /// <param name="points">Points to return, at equal times, the start included; at least 2.</param>
    /// <param name="cancellation">Ends the integration between two points.</param>
    /// <returns>The curve.</returns>
    public IReadOnlyList<MinimalistFlowPoint> Follow(double[] start, double duration, int points, CancellationToken cancellation = default) =>
        Integrate(start, duration, points, double.PositiveInfinity, cancellation);

    /// <summary>Follows the gradient flow on the set S ≤ 2/η: at its border what would lead out of it is projected away.</summary>
    /// <param name="start">w(0); where S is above 2/η it is first moved to the border along ∇S.</param>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="duration">Time to follow it for.</param>
    /// <param name="points">Points to return, at equal times, the start included; at least 2.</param>
    /// <param name="cancellation">Ends the integration between two points.</param>
    /// <returns>The curve.</returns>
    public IReadOnlyList<MinimalistFlowPoint> FollowConstrained(
        double[] start, double stepSize, double duration, int points, CancellationToken cancellation = default) =>
        Integrate(
            start, duration, points,
            stepSize > 0 ? 2 / stepSize : throw new BrinkException($"eta is {stepSize}; the set S ≤ 2/η needs it positive"), cancellation);

    private List<MinimalistFlowPoint> Integrate(double[] start, double duration, int points, double bound, CancellationToken cancellation)
    {
        if (points < 2 || !(duration >= 0) || !double.IsFinite(duration))
        {
            throw new BrinkException($"a flow needs at least 2 points and a finite duration of 0 or above; they are {points} and {duration}");
        }

        double[] w = [.. start];
        Restrict(w, bound);
        List<MinimalistFlowPoint> curve = [Describe(0, w)];
        for (int i = 1; i < points; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double time = duration * (i - 1) / (points - 1);
            double end = duration * i / (points - 1);
            while (time < end)
            {
                // hλ = 1/20 leaves an error of about (hλ)⁴/120 = 5e-8 of what decays.
                double rate = Math.Max(Math.Abs(model.Sharpness(w)), 1e-300);
                double step = Math.Min(0.05 / rate, end - time);
                Advance(w, step, bound);
                double next = time + step;
                time = next > time ? next : end;
            }

            curve.Add(Describe(end, w));
        }

        return curve;
    }

    private MinimalistFlowPoint Describe(double time, double[] w) =>
        new(time, w[0], w[1], w[2], model.Value(w), model.Sharpness(w));

    private void Advance(double[] w, double step, double bound)
    {
        double[] first = Velocity(w, bound);
        double[] second = Velocity(Moved(w, first, step / 2), bound);
        double[] third = Velocity(Moved(w, second, step / 2), bound);
        double[] fourth = Velocity(Moved(w, third, step), bound);
        for (int i = 0; i < 3; i++)
        {
            w[i] += step / 6 * (first[i] + (2 * second[i]) + (2 * third[i]) + fourth[i]);
        }

        Restrict(w, bound);
    }

    private static double[] Moved(double[] w, double[] velocity, double time) =>
        [w[0] + (time * velocity[0]), w[1] + (time * velocity[1]), w[2] + (time * velocity[2])];

    private double[] Velocity(double[] w, double bound)
    {
        double[] velocity = new double[3];
        model.Gradient(w, velocity);
        velocity = [-velocity[0], -velocity[1], -velocity[2]];
        if (double.IsPositiveInfinity(bound) || model.Sharpness(w) < bound * (1 - 1e-12))
        {
            return velocity;
        }

        double[] normal = SharpnessGradient(w);
        double outwards = Dot(velocity, normal);
        return outwards > 0 ? Moved(velocity, normal, -outwards / Dot(normal, normal)) : velocity;
    }

    /// <summary>Moves a point outside the set to its border along ∇S, by Newton's method.</summary>
    private void Restrict(double[] w, double bound)
    {
        for (int step = 0; step < 100 && double.IsFinite(bound) && model.Sharpness(w) > bound * (1 + 1e-14); step++)
        {
            double[] normal = SharpnessGradient(w);
            double part = (model.Sharpness(w) - bound) / Dot(normal, normal);
            Moved(w, normal, -part).CopyTo(w, 0);
        }
    }

    /// <summary>∇S = ∇³L[v, v, ·] with v the leading eigenvector.</summary>
    private double[] SharpnessGradient(double[] w)
    {
        Evd<double> eigen = Matrix<double>.Build.DenseOfArray(model.Hessian(w)).Evd(Symmetricity.Symmetric);
        double[] leading = eigen.EigenVectors.Column(2).AsArray() ?? eigen.EigenVectors.Column(2).ToArray();
        double[] gradient = new double[3];
        model.ThirdDerivative(w, leading, leading, gradient);
        return gradient;
    }

    private static double Dot(double[] a, double[] b) => (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);
}
