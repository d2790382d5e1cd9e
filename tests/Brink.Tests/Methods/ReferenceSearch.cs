namespace Brink.Tests.Methods;

/// <summary>
/// math.md §2's line searches written down a second time, straight from the table and with plain arrays, one iteration
/// at a time; it evaluates accepted trials again where the authors do, so that it shares no shortcut with the library.
/// </summary>
internal sealed class ReferenceSearch(ClosedForm form, string method, int outputs)
{
    private readonly List<double> _losses = [];
    private double _lastStepSize = 1;

    internal double C { get; init; } = 1e-4;

    internal double Delta { get; init; } = 0.5;

    /// <summary>ξ of Zhang–Hager; null for Grippo with <see cref="Memory"/>.</summary>
    internal double? Xi { get; init; } = 1;

    internal int Memory { get; init; } = 10;

    internal double InitialStepSize
    {
        init => _lastStepSize = value;
    }

    /// <summary>η_k, backtracks and R of the iteration from w.</summary>
    internal (double StepSize, int Backtracks, double Reference) Next(double[] w)
    {
        double loss = form.Value(w);
        _losses.Add(loss);
        double reference = Reference(loss);
        double[] gradient = form.Gradient(w);
        double squaredNorm = Plain.Dot(gradient, gradient);
        bool Accepted(double eta)
        {
            double trial = form.Value(Plain.Step(w, eta, gradient));
            return double.IsFinite(trial) && trial <= reference - (C * eta * squaredNorm);
        }

        double stepSize = method == "ponls" ? loss / ((0.1 * squaredNorm) + 1e-8) : _lastStepSize;
        stepSize = Math.Min(1e4, Math.Max(1e-6, stepSize));
        int backtracks = 0;
        if (method == "nls-ub" && Accepted(stepSize) && stepSize / Delta < outputs)
        {
            double enlarged = stepSize / Delta;
            (stepSize, backtracks) = Accepted(enlarged) ? (enlarged, 0) : (stepSize, 1);
        }
        else if (method is "ls" or "nls" && Accepted(stepSize))
        {
            while (stepSize / Delta <= 1e4)
            {
                if (!Accepted(stepSize / Delta))
                {
                    backtracks++;
                    break;
                }

                stepSize /= Delta;
            }
        }
        else
        {
            while (!Accepted(stepSize))
            {
                backtracks++;
                stepSize *= Delta;
                if (backtracks == 100)
                {
                    stepSize = 1e-6;
                    break;
                }
            }
        }

        _lastStepSize = stepSize;
        return (stepSize, backtracks, reference);
    }

    private double Reference(double loss)
    {
        if (method == "ls")
        {
            return loss;
        }

        if (Xi is not { } xi)
        {
            return _losses.TakeLast(Memory).Max();
        }

        // C_k unrolled: the mean of all losses so far, each weighted by ξ to the power of its age.
        double[] weights = [.. Enumerable.Range(0, _losses.Count).Select(i => Math.Pow(xi, _losses.Count - 1 - i))];
        return Math.Max(loss, weights.Zip(_losses, (a, b) => a * b).Sum() / weights.Sum());
    }
}
