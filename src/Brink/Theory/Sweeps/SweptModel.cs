using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Brink.Theory.Sweeps;

/// <summary>
/// A small model whose gradient descent can be run for millions of starts and parameters: it names what can be swept, and
/// gives the kernel that takes the steps.
/// </summary>
public abstract class SweptModel
{
    /// <summary>The models, by name.</summary>
    public static IReadOnlyList<SweptModel> All { get; } = [new MinimalistSweep(), new ScalarNetworkSweep(), new SquaredRegressionSweep(), new LinearNetworkSweep()];

    /// <summary>The model's name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence: the function, and where it comes from.</summary>
    public abstract string Description { get; }

    /// <summary>What can be set or swept; one of them is named <c>eta</c>.</summary>
    public abstract IReadOnlyList<SweptParameter> Parameters { get; }

    /// <summary>The axes of a diagram where none are given: the columns, then the rows, without a count.</summary>
    public abstract (SweepAxis X, SweepAxis Y) Axes { get; }

    /// <summary>The function itself, with its derivatives and, where one is known, the end of its gradient flow.</summary>
    /// <param name="values">One number a parameter, in the order of <see cref="Parameters"/>.</param>
    /// <returns>The function of these parameters, of as many variables as <see cref="VariableNames"/> has.</returns>
    /// <exception cref="BrinkException">A number out of the range of the function.</exception>
    public abstract TheoryModel Function(IReadOnlyList<double> values);

    /// <summary>The point that gradient descent starts from.</summary>
    /// <param name="values">One number a parameter, in the order of <see cref="Parameters"/>.</param>
    /// <returns>One number a variable.</returns>
    public double[] Start(IReadOnlyList<double> values)
    {
        double[] state = new double[VariableNames(values).Count];
        Span<double> kernelParameters = stackalloc double[KernelParameters];
        Begin(values, state, kernelParameters);
        return state;
    }

    /// <summary>Names of the variables.</summary>
    /// <param name="values">One number a parameter, in the order of <see cref="Parameters"/>.</param>
    /// <returns>The names, one a variable.</returns>
    public abstract IReadOnlyList<string> VariableNames(IReadOnlyList<double> values);

    /// <summary>The parameter of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Its place in <see cref="Parameters"/>.</returns>
    /// <exception cref="BrinkException">There is none such.</exception>
    public int IndexOf(string name)
    {
        for (int k = 0; k < Parameters.Count; k++)
        {
            if (Parameters[k].Name == name)
            {
                return k;
            }
        }

        throw NearestName.Unknown($"parameter of {Name}", name, [.. Parameters.Select(parameter => parameter.Name)]);
    }

    /// <summary>How many numbers a kernel is given a start.</summary>
    internal abstract int KernelParameters { get; }

    /// <summary>The kernel that takes the model's steps; only whole parameters decide which.</summary>
    internal abstract ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>The point that parameters begin at, and what the kernel needs of them.</summary>
    internal abstract void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters);

    /// <summary>The Hessian at a point, filled in row by row.</summary>
    internal abstract void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, Matrix<double> hessian);

    /// <summary>λ₁ of the Hessian at a point; not a number where the Hessian is not finite.</summary>
    internal double Sharpness(IReadOnlyList<double> values, ReadOnlySpan<double> state)
    {
        var hessian = Matrix<double>.Build.Dense(state.Length, state.Length);
        Hessian(values, state, hessian);
        foreach (double entry in hessian.AsColumnMajorArray())
        {
            if (!double.IsFinite(entry))
            {
                return double.NaN;
            }
        }

        Evd<double> spectrum = hessian.Evd(Symmetricity.Symmetric);
        return spectrum.EigenValues[state.Length - 1].Real;
    }
}
