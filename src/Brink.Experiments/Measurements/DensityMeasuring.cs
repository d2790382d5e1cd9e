using System.Globalization;
using Brink.Curvature;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>The density of the Hessian's eigenvalues by stochastic Lanczos quadrature at every so many iterates, each time from random vectors of its own.</summary>
internal sealed class DensityMeasuring(Specification specification) : RunMeasurement
{
    /// <summary>Below this a share is the tail of a Gaussian: no network here has so many parameters that it could be one eigenvalue.</summary>
    private const double Negligible = 1e-9;

    private readonly DensityBins _bins = specification.BinsOfDensity();

    internal override int Every => specification.DensityEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        var matrix = point.Hessian();
        try
        {
            // Other vectors than those of the trace at the same iterate, so that the two estimates can be held against each other.
            ulong seed = unchecked((ulong)specification.Seed + ((ulong)point.Iteration * 0xD1B54A32D192ED03UL) + 1);
            var density = SpectralDensity.Estimate(matrix, specification.DensityProbes, specification.DensitySteps, seed);
            line = line with { Density = Array.ConvertAll(_bins.Shares(density), Rounded) };
        }
        catch (BrinkException failure)
        {
            point.Note($"iteration {point.Iteration}: no density: {failure.Message}");
        }

        point.At.ReleaseCurvature();
        return line with { Hvps = (line.Hvps ?? 0) + (int)matrix.Products };
    }

    /// <summary>Four digits: the estimate itself is good to two, and a line stays short.</summary>
    private static double Rounded(double share) => share < Negligible
        ? 0
        : double.Parse(share.ToString("E3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
