using Brink.Torch;

namespace Brink.Curvature;

/// <summary>How eigenpairs are computed.</summary>
public enum EigenMethod
{
    /// <summary>Chosen by <see cref="Eigensolver.Choose"/>.</summary>
    Auto,

    /// <summary><see cref="Curvature.Lanczos"/>.</summary>
    Lanczos,

    /// <summary><see cref="Curvature.Lobpcg"/>.</summary>
    Lobpcg,
}

/// <summary>One entry to both solvers.</summary>
public static class Eigensolver
{
    /// <summary>Both ends of the spectrum.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="top">How many of the largest, at least 0.</param>
    /// <param name="bottom">How many of the smallest, at least 0; not both zero.</param>
    /// <param name="options">When to stop; the defaults if not given.</param>
    /// <param name="start">Vectors to start from, as rows, best first; random if not given.</param>
    /// <param name="method">The solver.</param>
    /// <returns>The pairs of both ends.</returns>
    /// <exception cref="ArgumentException">A count, option or start out of range.</exception>
    public static SpectrumEnds Extremes(
        SymmetricOperator matrix,
        int top,
        int bottom,
        LanczosOptions? options = null,
        Tensor? start = null,
        EigenMethod method = EigenMethod.Auto) =>
        (method == EigenMethod.Auto ? Choose(top, bottom, options ?? new LanczosOptions()) : method) == EigenMethod.Lobpcg
            ? Lobpcg.Extremes(matrix, top, bottom, options, start)
            : Lanczos.Extremes(matrix, top, bottom, options, start);

    /// <summary>The solver that <see cref="EigenMethod.Auto"/> stands for.</summary>
    /// <param name="top">How many of the largest.</param>
    /// <param name="bottom">How many of the smallest.</param>
    /// <param name="options">When to stop; the subspace allowed decides.</param>
    /// <returns>The solver.</returns>
    public static EigenMethod Choose(int top, int bottom, LanczosOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return EigenMethod.Lanczos;
    }
}
