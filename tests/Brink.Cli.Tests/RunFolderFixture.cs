using System.Globalization;
using System.Text;

namespace Brink.Cli.Tests;

/// <summary>
/// Run folders of gradient descent on f(x) = ½(a x₁² + b x₂²), whose every number is known: x ← (1 − ηa, 1 − ηb) x,
/// λ₁ = max(a, b), and the run diverges when η·λ₁ > 2.
/// </summary>
internal sealed class RunFolderFixture : IDisposable
{
    internal const double Sharp = 4;
    internal const double Flat = 0.5;

    internal string Root { get; } = Directory.CreateTempSubdirectory("brink-cli-tests-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Writes one run.</summary>
    internal string Write(string name, string method, double eta, int iterations, bool torn = false)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        var lines = new StringBuilder();
        double x1 = 1;
        double x2 = 1;
        string status = "finished";
        for (int k = 0; k <= iterations; k++)
        {
            double loss = 0.5 * ((Sharp * x1 * x1) + (Flat * x2 * x2));
            bool last = k == iterations;
            if (loss > 1e6)
            {
                lines.Append(CultureInfo.InvariantCulture, $$"""{"iteration":{{k}},"loss":null,"seconds":{{k / 8.0}},"status":"diverged"}""").Append('\n');
                status = "diverged";
                break;
            }

            lines.Append(CultureInfo.InvariantCulture, $$"""{"iteration":{{k}},"loss":{{loss:R}},"seconds":{{k / 8.0}},"train_accuracy":0.5""");
            if (!last)
            {
                lines.Append(CultureInfo.InvariantCulture, $$""","step_size":{{eta:R}},"function_evaluations":2,"gradient_evaluations":1,"hvps":3""");
            }

            if (k % 10 == 0)
            {
                lines.Append(CultureInfo.InvariantCulture, $$""","sharpness":{{Sharp}},"sharpness_residual":1e-9,"test_accuracy":0.25""");
            }

            lines.Append("}\n");
            (x1, x2) = (x1 * (1 - (eta * Sharp)), x2 * (1 - (eta * Flat)));
        }

        if (torn)
        {
            lines.Append("{\"iteration\":99");
        }

        File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), lines.ToString());
        string parameter = method switch
        {
            "gd" or "sam" => string.Create(CultureInfo.InvariantCulture, $"\"eta\":{eta:R},"),
            "cdat" => string.Empty,
            _ => "\"c\":0.0001,",
        };
        File.WriteAllText(Path.Combine(folder, "spec.json"), $$"""{"data":"fashion-mnist","method":"{{method}}",{{parameter}}"widths":[3,5],"out":"</script><b>&\u2028"}""");
        File.WriteAllText(Path.Combine(folder, "summary.json"), $$"""{"status":"{{status}}","data":"q","network":"n","method":"m","iterations_done":{{iterations}},"function_evaluations":{{2 * iterations}},"gradient_evaluations":{{iterations}},"hvps":{{3 * iterations}},"outputs":10{{(status == "diverged" ? ",\"reason\":\"the loss is not finite\"" : string.Empty)}}}""");
        File.WriteAllText(Path.Combine(folder, "environment.json"), """{"machine":{"cores":2},"libtorch":"1.13.0"}""");
        return folder;
    }
}
