namespace Brink.Theory.Sweeps;

/// <summary>Two parameters of a model that vary, all others that do not, and the precision: what a diagram is drawn over.</summary>
public sealed class ParameterPlane
{
    private readonly double[] _fixed;
    private readonly int _x;
    private readonly int _y;

    /// <summary>Makes a plane.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">The axis of the columns.</param>
    /// <param name="y">The axis of the rows; null for a single row.</param>
    /// <param name="settings">Values of parameters that are not their defaults.</param>
    /// <param name="single">Single precision instead of double.</param>
    /// <exception cref="BrinkException">A name is unknown or given twice, or a value is out of its range.</exception>
    public ParameterPlane(SweptModel model, SweepAxis x, SweepAxis? y, IReadOnlyDictionary<string, double> settings, bool single = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(settings);
        (Model, X, Single) = (model, x, single);
        _x = model.IndexOf(x.Parameter);
        Y = y ?? new SweepAxis(model.Parameters[_x == 0 ? 1 : 0].Name, 0, 0, 1);
        _fixed = [.. model.Parameters.Select(parameter => parameter.Default)];
        foreach ((string name, double value) in settings)
        {
            int index = model.IndexOf(name);
            if (name == x.Parameter || name == y?.Parameter)
            {
                throw new BrinkException($"{name} is both swept and set to {value}; give it once");
            }

            _fixed[index] = model.Parameters[index].Check(value);
        }

        if (y is null)
        {
            double only = _fixed[model.IndexOf(Y.Parameter)];
            Y = Y with { From = only, To = only };
        }

        _y = model.IndexOf(Y.Parameter);
        if (_x == _y)
        {
            throw new BrinkException($"both axes are {x.Parameter}; a diagram needs two different parameters");
        }

        CheckAxis(X, _x);
        CheckAxis(Y, _y);
        if (model.Parameters[_x].Whole && model.Parameters[_y].Whole)
        {
            throw new BrinkException($"{x.Parameter} and {Y.Parameter} are both whole numbers; one axis must be another parameter");
        }

        LinesAreColumns = model.Parameters[_x].Whole;
    }

    /// <summary>The model.</summary>
    public SweptModel Model { get; }

    /// <summary>The axis of the columns.</summary>
    public SweepAxis X { get; }

    /// <summary>The axis of the rows.</summary>
    public SweepAxis Y { get; }

    /// <summary>Single precision instead of double.</summary>
    public bool Single { get; }

    /// <summary>Values of the parameters that do not vary, by name.</summary>
    public IReadOnlyDictionary<string, double> Settings => Model.Parameters
        .Select((parameter, k) => (parameter.Name, k))
        .Where(one => one.k != _x && one.k != _y)
        .ToDictionary(one => one.Name, one => _fixed[one.k]);

    /// <summary>Whether lines of work run along y, because the parameter of x decides the kernel.</summary>
    internal bool LinesAreColumns { get; }

    /// <summary>Lines of work.</summary>
    public int Lines => LinesAreColumns ? X.Count : Y.Count;

    /// <summary>Cells a line.</summary>
    public int CellsPerLine => LinesAreColumns ? Y.Count : X.Count;

    /// <summary>Place of a line's cell in the diagram, row by row.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cell">The cell of the line.</param>
    /// <returns>row · columns + column.</returns>
    public int Place(int line, int cell) => LinesAreColumns ? (cell * X.Count) + line : (line * X.Count) + cell;

    /// <summary>The parameters of a line's cells.</summary>
    internal double[][] Cells(int line)
    {
        double[][] cells = new double[CellsPerLine][];
        for (int cell = 0; cell < cells.Length; cell++)
        {
            double[] values = [.. _fixed];
            (int row, int column) = Math.DivRem(Place(line, cell), X.Count);
            values[_x] = X.Value(column);
            values[_y] = Y.Value(row);
            cells[cell] = values;
        }

        return cells;
    }

    /// <summary>Names of the variables; they must be those of every cell.</summary>
    /// <returns>The names of the first line's.</returns>
    public IReadOnlyList<string> VariableNames() => Model.VariableNames(Cells(0)[0]);

    private void CheckAxis(SweepAxis axis, int parameter)
    {
        // The ends are the extremes; whole parameters are looked at one by one.
        for (int k = 0; k < axis.Count; k = Model.Parameters[parameter].Whole ? k + 1 : Math.Max(k + 1, axis.Count - 1))
        {
            Model.Parameters[parameter].Check(axis.Value(k));
        }
    }
}
