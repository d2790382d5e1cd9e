using Brink.Experiments;
using Brink.Methods;
using Spectre.Console;

namespace Brink.Cli.Terminal;

/// <summary>
/// A view of the run that is redrawn in place, at most ten times a second of the run's own clock: the run calls, and
/// no thread or timer of ours takes time from it. The lines below the last one are never touched, so whatever else the
/// terminal holds stays.
/// </summary>
/// <param name="console">The terminal.</param>
/// <param name="title">What is trained, in a few words; stands first in the view.</param>
internal sealed class LiveProgress(IAnsiConsole console, string title) : IRunObserver
{
    private const double SecondsBetweenFrames = 0.1;
    private const int LabelWidth = 13;
    private const int ValueWidth = 22;

    // Okabe and Ito's colours, told apart by colour-blind readers as well.
    private static readonly Style s_label = new(Color.Grey);
    private static readonly Style s_calm = new(new Color(86, 180, 233));
    private static readonly Style s_above = new(new Color(213, 94, 0));
    private static readonly Style s_strong = new(decoration: Decoration.Bold);

    private readonly RunProgress _progress = new();
    private readonly LiveArea _area = new(console);
    private readonly bool _unicode = ProgressDisplay.ShowsUnicode(console);
    private double _lastFrame = double.NegativeInfinity;

    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null)
    {
        _progress.Start(folder, iteration, iterations, flattestSharpness, threshold);
        if (iteration > 0)
        {
            console.Write(new Text($"resuming {folder} at iteration {Quantity.Count(iteration)}{Environment.NewLine}"));
        }
    }

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
        _progress.Add(line);
        if (line.Seconds - _lastFrame >= SecondsBetweenFrames)
        {
            _lastFrame = line.Seconds;
            _area.Redraw(Frame());
        }
    }

    /// <inheritdoc/>
    public void Note(string message)
    {
        List<LiveLine> frame = _area.IsDrawn ? Frame() : [];
        _area.Redraw([]);
        console.Write(new Text($"note: {message}{Environment.NewLine}", s_label));
        _area.Redraw(frame);
    }

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
        _area.Redraw(_progress.Last is null ? [] : Frame());
        Style style = status is RunStatus.Finished ? s_strong : s_above;
        console.Write(new Text(_progress.EndLine(status, reason, _unicode) + Environment.NewLine, style));
    }

    private List<LiveLine> Frame()
    {
        int width = Math.Max(console.Profile.Width - 1, 20);
        int chart = Math.Clamp(width - LabelWidth - ValueWidth - 4, 0, 80);
        MetricsLine last = _progress.Last!;
        bool preconditioned = _progress.Threshold is { Preconditioned: true };
        string product = _unicode ? (preconditioned ? "η·λ₁(P⁻¹H)" : "η·λ₁") : "eta*lambda1";
        double edge = _progress.Edge;
        (string upper, string lower) = Sparkline.AgainstThreshold(_progress.Products.Values, edge, chart, _unicode);
        (string twice, string once) = (Quantity.Number(2 * edge), Quantity.Number(edge));
        string floor = _progress.FlattestSharpness is { } flattest ? $"at least {Quantity.Number(flattest)}  " : string.Empty;
        string ratio = _progress.EdgeRatio is { } part
            ? $"{Quantity.Number(part)} × {EdgeText.Spell(_progress.Threshold!.Formula, _unicode)}".Replace("×", _unicode ? "×" : "*")
            : string.Empty;
        string axis = _unicode ? "┤" : "|";

        var head = new LiveLine();
        head.Add(title, s_strong);
        head.Add($"  iteration {Quantity.Count(last.Iteration)} of {Quantity.Count(_progress.Iterations)}  ");
        int bar = Math.Clamp(width - head.Text.Length - 28, 0, 30);
        int done = (int)(bar * _progress.Share);
        head.Add(new string(_unicode ? '━' : '=', done), s_calm);
        head.Add(new string(_unicode ? '─' : '-', bar - done), s_label);
        head.Add($" {(int)(100 * _progress.Share)} %  {Quantity.Duration(_progress.Seconds)}, {Quantity.Duration(_progress.SecondsLeft)} left");

        return
        [
            head,
            Row("loss", Quantity.Number(last.Loss) + (last.Time is { } time ? $" at t {Quantity.Number(time)}" : string.Empty)).Add("  ").Add(Sparkline.Logarithmic(_progress.Losses.Values, chart, _unicode), s_calm),
            Row("accuracy", $"{Quantity.Percent(_progress.TrainAccuracy)} train").Add($"  {Quantity.Percent(_progress.TestAccuracy)} test"),
            Row(_unicode ? "η" : "step (eta)", Quantity.Number(_progress.StepSize)).Add("  ").Add(Sparkline.Logarithmic(_progress.StepSizes.Values, chart, _unicode), s_calm),
            Row(_unicode ? "λ₁" : "sharpness", Quantity.Number(_progress.Sharpness)).Add(_progress.SharpnessDoubt, s_label).Add("  " + floor, s_label).Add(preconditioned ? string.Empty : ratio, s_label),
            Row(product, Quantity.Number(_progress.Product), _progress.Product > edge ? s_above : s_strong).Add(twice + axis, s_label).Add(upper, s_above),
            Row(string.Empty, $"against {once}", s_label).Add(once.PadLeft(twice.Length) + axis, s_label).Add(lower, s_calm),
            Row("evaluations", $"{Quantity.Count(_progress.FunctionEvaluations)} losses").Add(
                $"  {Quantity.Count(_progress.GradientEvaluations)} gradients").Add($", {Quantity.Count(_progress.HessianVectorProducts)} Hessian-vector products"),
        ];
    }

    private static LiveLine Row(string label, string value, Style? style = null) =>
        new LiveLine().Add(label.PadRight(LabelWidth), s_label).Add(value.PadRight(ValueWidth), style ?? s_strong);
}
