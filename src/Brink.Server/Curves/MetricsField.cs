using System.Runtime.CompilerServices;
using System.Text;

namespace Brink.Server;

/// <summary>A field of <c>metrics.jsonl</c> that is kept: what can be drawn, and what a spectrum is made of. All others are passed over.</summary>
internal sealed class MetricsField
{
    private MetricsField(int index, string name)
    {
        Index = index;
        Name = name;
        Utf8 = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>All of them, about in the order in which lines hold them.</summary>
    internal static MetricsField[] All { get; } =
    [
        .. ((string[])
        [
            "iteration", "loss", "train_accuracy", "grad_norm", "step_size", "backtracks", "function_evaluations", "gradient_evaluations",
            "hvps", "reference_value", "seconds", "sharpness", "eigenvalues", "smallest_eigenvalues", "eigenvalues_above",
            "preconditioned_sharpness", "predicted_loss", "predicted_grad_norm", "sigma_trace", "flow_loss", "flow_distance_to_gd", "epoch",
            "batch_sharpness_mean", "batch_sharpness_min", "batch_sharpness_max", "test_loss", "test_accuracy", "time", "stages", "rejected",
            "distance_to_gd", "gd_loss", "gfs_sharpness", "gfs_converged", "gfs_loss", "gradient_norms", "last_bias_gradient_norm",
            "last_bias_gradient_ratio", "zero_gradient_fraction", "dead_fraction", "zero_activation_fraction", "trace", "trace_standard_error", "density",
            "step_smoothness", "rejected_smoothness", "gradient_rayleigh", "gradient_curvature",
        ]).Select((name, index) => new MetricsField(index, name)),
    ];

    internal static MetricsField Iteration { get; } = Named("iteration");

    internal static MetricsField StepSize { get; } = Named("step_size");

    internal static MetricsField FunctionEvaluations { get; } = Named("function_evaluations");

    internal static MetricsField GradientEvaluations { get; } = Named("gradient_evaluations");

    internal static MetricsField Hvps { get; } = Named("hvps");

    internal static MetricsField Seconds { get; } = Named("seconds");

    internal static MetricsField Sharpness { get; } = Named("sharpness");

    internal static MetricsField Time { get; } = Named("time");

    internal static MetricsField GfsSharpness { get; } = Named("gfs_sharpness");

    internal static MetricsField GfsConverged { get; } = Named("gfs_converged");

    /// <summary>Its place in <see cref="All"/>.</summary>
    internal int Index { get; }

    /// <summary>Its name in the file.</summary>
    internal string Name { get; }

    private byte[] Utf8 { get; }

    /// <summary>The field of a name.</summary>
    internal static MetricsField Named(string name) => All.First(field => field.Name == name);

    /// <summary>The field of a name, or null.</summary>
    /// <param name="name">The name.</param>
    /// <param name="next">Where to look first; set to the place after the one found. Lines hold their fields in the same order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static MetricsField? Find(ReadOnlySpan<byte> name, ref int next)
    {
        for (int i = 0; i < All.Length; i++)
        {
            int at = next + i < All.Length ? next + i : next + i - All.Length;
            if (name.SequenceEqual(All[at].Utf8))
            {
                next = at + 1 == All.Length ? 0 : at + 1;
                return All[at];
            }
        }

        return null;
    }
}
