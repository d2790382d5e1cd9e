using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Theory.Sweeps;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory bifurcation</c>: where orbits end up, against one parameter.</summary>
internal static class BifurcationCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command, with one subcommand a model.</returns>
    public static Command Create()
    {
        var command = new Command("bifurcation", "The asymptotic orbit of gradient descent against one parameter, with its Lyapunov exponent.");
        foreach (SweptModel model in SweptModel.All)
        {
            command.Add(Create(model));
        }

        return command;
    }

    private static DocumentedCommand Create(SweptModel model)
    {
        string axis = model.Name switch { "minimalist" => "eta:0.01:0.1:800", "scalar" => "eta:0.8:2:800", "linear" => "eta:0.5:1.6:800", _ => "eta:0.1:1.5:800" };
        var options = new SweepOptions(model);
        var x = new Option<string>("--x") { Description = "parameter:from:to:count, and :log after it for even ratios", DefaultValueFactory = _ => axis, HelpName = "axis" };
        var show = new Option<string?>("--show") { Description = "The variable that is drawn (default: the first)", HelpName = "variable" };
        var keep = new Option<int>("--keep") { Description = "States kept of each orbit", DefaultValueFactory = _ => 200, HelpName = "n" };
        var folder = new Option<string>("--out") { Description = "Folder of the results", DefaultValueFactory = _ => $"bifurcation-{model.Name}", HelpName = "dir" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            model.Name,
            $"Bifurcation diagram of {model.Description}: orbit.csv, exponent.csv, and a picture of each.",
            $"brink theory bifurcation {model.Name}",
            $"brink theory bifurcation {model.Name} --x {axis} --steps 2000 --format png,svg,pdf")
        { x, show, keep, folder, json };
        foreach (Option option in options.All)
        {
            command.Add(option);
        }

        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            bool asJson = parsed.GetValue(json);
            ParameterPlane plane = options.Plane(parsed, SweepAxis.Parse(parsed.GetRequiredValue(x)), null);
            OrbitRules rules = options.Rules(parsed);
            string[] formats = options.Formats(parsed);
            int kept = parsed.GetValue(keep) is >= 1 and <= 100_000 and var given ? given : throw new BrinkException($"--keep is {parsed.GetValue(keep)}; it must be between 1 and 100000");
            string[] names = [.. plane.VariableNames()];
            string shown = parsed.GetValue(show) ?? names[0];
            int variable = Array.IndexOf(names, shown) is >= 0 and var at ? at : throw NearestName.Unknown("variable", shown, names);
            (double[] orbits, double[] exponents) = PhaseSweep.Follow(plane, rules, kept, cancellation);

            string path = Directory.CreateDirectory(parsed.GetRequiredValue(folder)).FullName;
            List<(double X, double Value)> points = Points(plane, orbits, kept, names.Length, variable, rules.Limit);
            WriteOrbits(Path.Combine(path, "orbit.csv"), plane, names, orbits, kept);
            File.WriteAllLines(
                Path.Combine(path, "exponent.csv"),
                exponents.Select((exponent, k) => $"{plane.X.Value(k):R},{(double.IsNaN(exponent) ? string.Empty : $"{exponent:R}")}").Prepend($"{plane.X.Parameter},exponent"));
            int diverged = Enumerable.Range(0, plane.X.Count).Count(k => !Inside(orbits.AsSpan(k * kept * names.Length, kept * names.Length), rules.Limit));
            if (asJson)
            {
                JsonText.Write(output, new { model = model.Name, x = plane.X.ToString(), variable = shown, kept, diverged, largest_exponent = exponents.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max(), folder = path });
            }
            else
            {
                output.WriteLine($"{model.Name}: {plane.X}, {kept} states of each orbit; {diverged} of {plane.X.Count} diverged; largest Lyapunov exponent {Quantity.Number(exponents.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max())}");
                output.WriteLine($"results: {path}");
            }

            if (formats.Length > 0)
            {
                Draw(plane, shown, points, exponents, path, formats);
            }

            return 0;
        });
        return command;
    }

    private static List<(double X, double Value)> Points(ParameterPlane plane, double[] orbits, int kept, int variables, int variable, double limit)
    {
        var points = new List<(double, double)>();
        for (int k = 0; k < plane.X.Count; k++)
        {
            if (Inside(orbits.AsSpan(k * kept * variables, kept * variables), limit))
            {
                for (int step = 0; step < kept; step++)
                {
                    points.Add((plane.X.Value(k), orbits[(((k * kept) + step) * variables) + variable]));
                }
            }
        }

        return points;
    }

    private static bool Inside(ReadOnlySpan<double> orbit, double limit)
    {
        foreach (double number in orbit)
        {
            if (!(Math.Abs(number) <= limit))
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteOrbits(string path, ParameterPlane plane, string[] names, double[] orbits, int kept)
    {
        using StreamWriter csv = File.CreateText(path);
        csv.Write($"{plane.X.Parameter},step,{string.Join(',', names)}\n");
        for (int row = 0; row < orbits.Length / names.Length; row++)
        {
            csv.Write($"{plane.X.Value(row / kept):R},{row % kept}");
            foreach (double number in orbits.AsSpan(row * names.Length, names.Length))
            {
                csv.Write(double.IsFinite(number) ? $",{number:R}" : ",");
            }

            csv.Write('\n');
        }
    }

    private static void Draw(ParameterPlane plane, string variable, List<(double X, double Value)> points, double[] exponents, string path, string[] formats)
    {
        FigureAxis x = new(PhaseFigure.Label(plane, plane.X)) { Logarithmic = plane.X.Logarithmic, From = plane.X.From, To = plane.X.To };
        var orbit = new Figure(x, new FigureAxis(variable))
        {
            Curves = [new FigureCurve(null, [.. points.Select(point => point.X)], [.. points.Select(point => point.Value)], CurveStyle.Dots)],
        };
        var exponent = new Figure(x, new FigureAxis("Lyapunov exponent"))
        {
            Curves = [new FigureCurve(null, [.. Enumerable.Range(0, plane.X.Count).Select(plane.X.Value)], exponents)],
            Thresholds = [new FigureThreshold(0, null)],
            Height = 5,
        };
        Gnuplot.Draw(orbit, Path.Combine(path, "orbit"), formats);
        Gnuplot.Draw(exponent, Path.Combine(path, "exponent"), formats);
    }
}
