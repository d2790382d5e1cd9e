using Brink.Experiments.Theory;
using Brink.Theory.Sweeps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server.Theory;

/// <summary>The small models, moved by hand: what there is to move, a trajectory, and a phase diagram, computed anew for every request.</summary>
internal static class TheoryEndpoints
{
    private const int Columns = 64;
    private const int Rows = 48;

    /// <summary>Adds <c>/api/theory</c>, <c>/api/theory/trajectory</c> and <c>/api/theory/phase</c>.</summary>
    /// <param name="routes">The server's routes.</param>
    /// <returns>The same routes.</returns>
    internal static IEndpointRouteBuilder MapTheory(this IEndpointRouteBuilder routes)
    {
        var work = new TheoryWork();
        routes.MapGet("/api/theory", context => TheoryJson.AnswerAsync(context, new TheoryCatalogue(
            [.. TheoryView.All.Select(view => view.Describe())], new TheoryLimits(TheoryWork.Iterations, TheoryWork.CellsASide, TheoryWork.CellSteps))));
        routes.MapGet("/api/theory/trajectory", async context => await TheoryJson.AnswerAsync(context, await TrajectoryAsync(context, work)));
        routes.MapGet("/api/theory/phase", async context => await TheoryJson.AnswerAsync(context, await PhaseAsync(context, work)));
        return routes;
    }

    private static async Task<TrajectoryAnswer> TrajectoryAsync(HttpContext context, TheoryWork work)
    {
        var request = new TheoryRequest(context.Request.Query, "iterations", "points", "portrait");
        TheoryView view = request.View;
        int iterations = request.Whole("iterations", view.Iterations, 0, TheoryWork.Iterations);
        int columns = request.Whole("points", 800, 10, 4000);
        string plane = request.Choice("portrait", [.. view.Planes(request.Values).Select(one => one.Name)]);
        int variables = view.Model.VariableNames(request.Values).Count;
        int most = view.MostIterations(variables);
        return iterations <= most
            ? await work.TrajectoryAsync(() => view.Follow(request.Values, iterations, columns, plane, context.RequestAborted), context.RequestAborted)
            : throw TheoryRequest.Refusal("iterations", $"iterations is {iterations}; with {variables} variables at most {most} are computed for a page");
    }

    private static async Task<PhaseAnswer> PhaseAsync(HttpContext context, TheoryWork work)
    {
        var request = new TheoryRequest(
            context.Request.Query, "x", "x_low", "x_high", "x_count", "x_log", "y", "y_low", "y_high", "y_count", "y_log", "steps");
        SweptModel model = request.View.Model;
        SweepAxis x = request.Axis("x", model.Axes.X, Columns);
        SweepAxis y = request.Axis("y", model.Axes.Y, Rows);
        Dictionary<string, double> settings = request.Settings;
        settings.Remove(x.Parameter);
        settings.Remove(y.Parameter);
        var plane = new ParameterPlane(model, x, y, settings);
        int steps = request.Whole("steps", request.View.Steps, 0, TheoryWork.Steps);
        OrbitRules rules = Rules(steps);
        double size = (double)x.Count * y.Count * (steps + (2 * rules.Window)) * MostVariables(plane, request.Values);
        if (size > TheoryWork.CellSteps)
        {
            throw TheoryRequest.Refusal("steps", $"{x.Count} × {y.Count} cells of {steps} steps are {size / TheoryWork.CellSteps:F1} times what is computed for a page; ask for fewer cells or steps");
        }

        byte[] regimes = await work.DiagramAsync(() => Diagram(plane, rules, context.RequestAborted), context.RequestAborted);
        return new PhaseAnswer(
            [.. Enumerable.Range(0, x.Count).Select(x.Value)], [.. Enumerable.Range(0, y.Count).Select(y.Value)], regimes,
            [.. PhaseCategory.All.Select(category => category.Name)], [.. PhaseCategory.All.Select(category => category.Colour)]);
    }

    /// <summary>The rules of the command line's diagrams, with a window that is a fifth of the steps, at least 500.</summary>
    internal static OrbitRules Rules(int steps) => new() { Steps = steps, Window = Math.Max(500, steps / 5) };

    private static byte[] Diagram(ParameterPlane plane, OrbitRules rules, CancellationToken cancellation)
    {
        byte[] regimes = new byte[plane.X.Count * plane.Y.Count];
        PhaseSweep.Run(
            plane, rules, Environment.ProcessorCount, [.. Enumerable.Range(0, plane.Lines)],
            (line, cells) =>
            {
                for (int cell = 0; cell < cells.Length; cell++)
                {
                    regimes[plane.Place(line, cell)] = (byte)PhaseCategory.Of(cells[cell]);
                }
            },
            cancellation);
        return regimes;
    }

    /// <summary>Variables of the largest cell: a whole axis decides how many there are.</summary>
    private static int MostVariables(ParameterPlane plane, double[] values)
    {
        double[] largest = [.. values];
        foreach (SweepAxis axis in new[] { plane.X, plane.Y })
        {
            largest[plane.Model.IndexOf(axis.Parameter)] = axis.To;
        }

        return plane.Model.VariableNames(largest).Count;
    }
}
