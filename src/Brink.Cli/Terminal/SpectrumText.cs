using System.Globalization;
using Brink.Curvature;
using Brink.Experiments;
using Brink.Objectives;

namespace Brink.Cli.Terminal;

/// <summary>A <see cref="SpectrumReport"/> as a person reads it.</summary>
internal static class SpectrumText
{
    /// <summary>Longest bar of the histogram; its shortest stands for 1e-6 of the eigenvalues.</summary>
    private const int Bar = 36;
    private const double Decades = 6;

    /// <summary>Writes the report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="output">Where.</param>
    internal static void Write(SpectrumReport report, TextWriter output)
    {
        string where = report.Iteration is { } k ? $"{report.Source}, iteration {k}" : report.Source;
        output.WriteLine($"{where}: loss {Number(report.Loss)}, accuracy {Quantity.Percent(report.Accuracy)}, ‖g‖ {Number(report.GradNorm)}, {Quantity.Count(report.Parameters)} parameters");
        if (report.FlattestSharpness is { } floor)
        {
            output.WriteLine($"{Number(floor)} is the least λ₁ that this loss allows anywhere");
        }

        string matrix = report.Preconditioned ? "P⁻¹H" : "H";
        Ends(report.Ends, output, matrix);
        if (report.Edge is { } edge)
        {
            bool known = report.Ends.Top[0].Converged;
            output.WriteLine($"edge of stability: λ₁(P⁻¹H) is {Number(edge.Ratio)} of {edge.Formula} = {Number(edge.Threshold)}{(known ? string.Empty : NotConverged(report.Ends.Top[0]))}");
        }

        output.WriteLine($"{report.Ends.Products} Hessian-vector products");
        if (!report.Ends.Converged)
        {
            output.WriteLine(report.Ends.Status == EigenStatus.PrecisionReached
                ? "not all residuals reach the tolerance: rounding allows no more in this precision (--dtype float64 for weights)"
                : "not all residuals reach the tolerance: --max-products allows more products");
        }

        if (report.GaussNewton is { } parts)
        {
            output.WriteLine();
            output.WriteLine($"λ₁ in its parts: Gauss–Newton xᵀGx {Number(parts.Part)} + residual xᵀ(H − G)x {Number(parts.ResidualPart)} = {Number(parts.Part + parts.ResidualPart)}");
            output.WriteLine($"λ₁(G) = {Line(parts.Sharpness).TrimStart()}");
        }

        Trace(report.Trace, output, report.Preconditioned);
        Density(report.Density, output);
        Pairing(report, output);
        foreach (MeasuredBlock block in report.SubHessians)
        {
            Block(block, output);
        }

        GradientNorms(report.GradientNorms, output);
    }

    private static void Ends(MeasuredEnds ends, TextWriter output, string matrix)
    {
        // The residuals of P⁻¹H are those of the symmetric matrix that has its eigenvalues.
        List(
            matrix == "H"
                ? "largest eigenvalues, with their residuals ‖Hv − λv‖/|λ|"
                : $"largest eigenvalues of {matrix}, with their residuals ‖Av − λv‖/|λ|, A = P^(−1/2) H P^(−1/2)",
            ends.Top,
            output);
        List(matrix == "H" ? "smallest eigenvalues" : $"smallest eigenvalues of {matrix}", ends.Bottom, output);
    }

    private static void List(string title, IReadOnlyList<MeasuredEigenvalue> values, TextWriter output)
    {
        if (values.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(title);
        for (int i = 0; i < values.Count; i++)
        {
            output.WriteLine($"{i + 1,5}  {Line(values[i])}");
        }
    }

    private static string Line(MeasuredEigenvalue value) => string.Create(
        CultureInfo.InvariantCulture,
        $"{value.Value,14:G7}  {value.Residual,8:0.0e+00}{(value.Converged ? value.IsZero ? "  zero to within the tolerance" : string.Empty : NotConverged(value))}");

    private static string NotConverged(MeasuredEigenvalue value) => string.Create(
        CultureInfo.InvariantCulture, $"  not converged (residual {value.Residual:0.0e+00})");

    private static void Trace(TraceEstimate? trace, TextWriter output, bool preconditioned)
    {
        if (trace is null)
        {
            return;
        }

        string Uncertain(double error) => trace.Exact ? "exact" : $"± {Number(error)} (standard error, {trace.Probes} samples)";
        output.WriteLine();
        output.WriteLine($"{(preconditioned ? "tr P⁻¹H   " : "tr H ")} = {Number(trace.Trace)} {Uncertain(trace.StandardError)}");
        output.WriteLine($"{(preconditioned ? "tr (P⁻¹H)²" : "tr H²")} = {Number(trace.SquareTrace)} {Uncertain(trace.SquareStandardError)}; {trace.Products} products");
    }

    private static void Density(MeasuredDensity? density, TextWriter output)
    {
        if (density is null)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"density of the eigenvalues: part in each interval, bars logarithmic down to 1e-{Decades} ({density.Rules.Count} vectors, {density.Products} products)");
        foreach (DensityBin bin in density.Bins)
        {
            int length = bin.Fraction > 0 ? (int)Math.Round(Bar * Math.Max(0, 1 + (Math.Log10(bin.Fraction) / Decades))) : 0;
            output.WriteLine($"{Number(bin.From),11} …{Number(bin.To),11}  {(bin.Fraction > 0 ? Number(bin.Fraction) : "0"),10}  {new string('█', length)}".TrimEnd());
        }

        output.WriteLine($"mean λ = {Number(density.First.Mean)} ± {Number(density.First.StandardError)}, mean λ² = {Number(density.Second.Mean)} ± {Number(density.Second.StandardError)} (standard errors)");
    }

    private static void Pairing(SpectrumReport report, TextWriter output)
    {
        if (report.Pairing is not { } pairing)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"± pairs below the first K = {pairing.Skipped}: mismatch {Number(pairing.Mismatch)} over {pairing.Upper.Count} pairs (0: all paired, 1: none){(pairing.Converged ? string.Empty : "; not to be trusted: not all of these are known to the tolerance and told from zero (a smaller --tolerance may help)")}");
        for (int i = 0; i < pairing.Upper.Count; i++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1,5}  {pairing.Upper[i],14:G7}  {pairing.Lower[i],14:G7}"));
        }
    }

    private static void Block(MeasuredBlock block, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"sub-Hessian of {block.Name}: {Quantity.Count(block.Size)} parameters ({string.Join(", ", block.Parameters)})");
        if (block.Ends is { } ends)
        {
            Ends(ends, output, "H");
            output.WriteLine($"{ends.Products} Hessian-vector products{(ends.Converged ? string.Empty : "; not all residuals reach the tolerance")}");
            return;
        }

        double[] values = [.. block.Eigenvalues!];
        output.WriteLine(values.Length <= 10
            ? $"all eigenvalues: {Row(values)}"
            : $"largest eigenvalues: {Row(values[..5])}; smallest: {Row(values[^5..])}");
        output.WriteLine($"trace {Number(values.Sum())}; exact, symmetric to {Number(block.Asymmetry)}");
    }

    private static void GradientNorms(IReadOnlyList<GradientNorm>? norms, TextWriter output)
    {
        if (norms is null)
        {
            return;
        }

        int width = norms.Max(norm => norm.Name.Length);
        output.WriteLine();
        output.WriteLine($"{"gradient".PadRight(width)}  {"norm",10}  {"norm/√count",11}  {"count",10}");
        foreach (GradientNorm norm in norms)
        {
            output.WriteLine($"{norm.Name.PadRight(width)}  {Number(norm.Norm),10}  {Number(norm.RootMeanSquare),11}  {Quantity.Count(norm.Count),10}");
        }
    }

    private static string Row(IEnumerable<double> values) =>
        string.Join("  ", values.Select(value => value.ToString("G6", CultureInfo.InvariantCulture)));

    private static string Number(double? value) => Quantity.Number(value);
}
