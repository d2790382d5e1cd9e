namespace Brink.Theory.Sweeps;

/// <summary>Runs all cells of a plane, on all cores.</summary>
public static class PhaseSweep
{
    /// <summary>Floating-point operations of one step of the minimalist example: five multiply-adds, two each, and three products.</summary>
    public const int MinimalistFlops = 13;

    /// <summary>Tells the regime of every cell.</summary>
    /// <param name="plane">The parameters.</param>
    /// <param name="rules">How long orbits are followed, and the thresholds.</param>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="lines">The lines to run, of those from 0 to <see cref="ParameterPlane.Lines"/> − 1.</param>
    /// <param name="done">Called with a line and its cells when it is ready; one call at a time, lines in any order.</param>
    /// <param name="cancellation">Ends the sweep; lines that are not ready are not given out.</param>
    /// <exception cref="OperationCanceledException">The sweep was ended.</exception>
    public static void Run(
        ParameterPlane plane, OrbitRules rules, int threads, IReadOnlyCollection<int> lines,
        Action<int, OrbitSummary[]> done, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plane);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(done);
        rules.Check();
        var gate = new Lock();
        ForEach(lines, threads, line =>
        {
            double[][] cells = plane.Cells(line);
            var summaries = new OrbitSummary[cells.Length];
            ILineSweep.Create(plane.Model, cells[0], plane.Single).Judge(cells, rules, summaries, cancellation);
            lock (gate)
            {
                done(line, summaries);
            }
        }, cancellation);
    }

    /// <summary>Follows the orbits of a plane of one row and keeps their last states.</summary>
    /// <param name="plane">The parameters; the bifurcation runs along x.</param>
    /// <param name="rules">How long orbits are followed.</param>
    /// <param name="kept">States to keep of each.</param>
    /// <param name="cancellation">Ends the sweep.</param>
    /// <returns>The states, x by x, step by step, variable by variable, and the Lyapunov exponent at each x.</returns>
    /// <exception cref="BrinkException">The plane has more than one row, or x decides how many variables there are.</exception>
    public static (double[] Orbits, double[] Exponents) Follow(ParameterPlane plane, OrbitRules rules, int kept, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plane);
        ArgumentNullException.ThrowIfNull(rules);
        rules.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        if (plane.Lines != 1)
        {
            throw new BrinkException($"a bifurcation diagram runs over one parameter that is no whole number; {plane.X.Parameter} is");
        }

        double[][] cells = plane.Cells(0);
        int numbers = kept * plane.VariableNames().Count;
        double[] orbits = new double[cells.Length * numbers];
        double[] exponents = new double[cells.Length];
        const int Part = 64;
        ForEach([.. Enumerable.Range(0, (cells.Length + Part - 1) / Part)], Environment.ProcessorCount, part =>
        {
            ArraySegment<double[]> some = new(cells, part * Part, Math.Min(Part, cells.Length - (part * Part)));
            ILineSweep.Create(plane.Model, cells[0], plane.Single).Follow(
                some, rules, kept, orbits.AsSpan(part * Part * numbers), exponents.AsSpan(part * Part), cancellation);
        }, cancellation);
        return (orbits, exponents);
    }

    /// <summary>Takes the same number of steps from every start and does nothing else: what a benchmark times.</summary>
    /// <param name="plane">The parameters.</param>
    /// <param name="steps">Steps a cell.</param>
    /// <param name="threads">Threads, at least 1.</param>
    /// <returns>The last states, by <see cref="ParameterPlane.Place"/>, each with the variables of the plane's model.</returns>
    /// <exception cref="BrinkException">x decides how many variables there are.</exception>
    public static double[] Advance(ParameterPlane plane, int steps, int threads)
    {
        ArgumentNullException.ThrowIfNull(plane);
        if (plane.LinesAreColumns)
        {
            throw new BrinkException($"{plane.X.Parameter} decides how many variables there are; their states make no table");
        }

        int variables = plane.VariableNames().Count;
        double[] ends = new double[plane.Lines * plane.CellsPerLine * variables];
        ForEach([.. Enumerable.Range(0, plane.Lines)], threads, line =>
        {
            double[][] cells = plane.Cells(line);
            double[] states = new double[cells.Length * variables];
            ILineSweep.Create(plane.Model, cells[0], plane.Single).Advance(cells, steps, states);
            for (int cell = 0; cell < cells.Length; cell++)
            {
                states.AsSpan(cell * variables, variables).CopyTo(ends.AsSpan(plane.Place(line, cell) * variables));
            }
        }, CancellationToken.None);
        return ends;
    }

    private static void ForEach(IReadOnlyCollection<int> items, int threads, Action<int> body, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            Parallel.ForEach(items, options, body);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(one => one is OperationCanceledException))
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
