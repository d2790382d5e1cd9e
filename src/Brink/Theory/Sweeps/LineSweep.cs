using System.Numerics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Runs one line of cells, whose models differ in nothing that decides the kernel, as many side by side as the lanes hold.
/// One instance serves one thread.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LineSweep<TLane, T> : ILineSweep
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Groups of lanes advanced together; enough to hide latency, few enough for the first cache.</summary>
    private const int Groups = 8;

    /// <summary>Steps between two looks at whether all have diverged and at the cancellation.</summary>
    private const int Stride = 500;

    /// <summary>Steps between two rescalings of the tangents: growth by 1e4 a step still fits a float.</summary>
    private const int TangentStride = 8;

    private readonly SweptModel _model;
    private readonly ISweepKernel<TLane, T> _kernel;
    private readonly int _variables;
    private readonly TLane[] _state;
    private readonly TLane[] _tangent;
    private readonly TLane[] _parameters;
    private readonly T[] _lane = new T[TLane.Width];

    internal LineSweep(SweptModel model, IReadOnlyList<double> values)
    {
        _model = model;
        _kernel = model.Kernel<TLane, T>(values);
        _variables = model.VariableNames(values).Count;
        _state = new TLane[Groups * _variables];
        _tangent = new TLane[Groups * _variables];
        _parameters = new TLane[Groups * model.KernelParameters];
    }

    private static int CellsAtOnce => Groups * TLane.Width;

    /// <inheritdoc/>
    public void Advance(IReadOnlyList<double[]> cells, int steps, Span<double> ends)
    {
        for (int first = 0; first < cells.Count; first += CellsAtOnce)
        {
            int count = Math.Min(CellsAtOnce, cells.Count - first);
            int groups = Load(cells, first, count);
            _kernel.Advance(_state.AsSpan(0, groups * _variables), _parameters, steps);
            for (int cell = 0; cell < count; cell++)
            {
                ReadState(cell, ends.Slice((first + cell) * _variables, _variables));
            }
        }
    }

    /// <inheritdoc/>
    public void Judge(IReadOnlyList<double[]> cells, OrbitRules rules, Span<OrbitSummary> summaries, CancellationToken cancellation)
    {
        var judge = new OrbitJudge(_model, rules, rules.Recurrence ?? (typeof(T) == typeof(float) ? 1e-5 : 1e-9));
        int kept = (2 * rules.LongestPeriod) + 1;
        double[] orbits = new double[CellsAtOnce * kept * _variables];
        double[] exponents = new double[CellsAtOnce];
        for (int first = 0; first < cells.Count; first += CellsAtOnce)
        {
            int count = Math.Min(CellsAtOnce, cells.Count - first);
            int groups = Load(cells, first, count);
            bool diverged = Settle(groups, rules, cancellation);
            if (!diverged)
            {
                Exponents(groups, rules.Window, exponents, cancellation);
                Record(groups, kept, orbits);
            }

            for (int cell = 0; cell < count; cell++)
            {
                summaries[first + cell] = diverged
                    ? new OrbitSummary(Regime.Diverged, 0, float.NaN, float.NaN)
                    : judge.Judge(cells[first + cell], orbits.AsSpan(cell * kept * _variables, kept * _variables), _variables, exponents[cell]);
            }
        }
    }

    /// <inheritdoc/>
    public void Follow(IReadOnlyList<double[]> cells, OrbitRules rules, int kept, Span<double> orbits, Span<double> exponents, CancellationToken cancellation)
    {
        double[] block = new double[CellsAtOnce * kept * _variables];
        double[] measured = new double[CellsAtOnce];
        for (int first = 0; first < cells.Count; first += CellsAtOnce)
        {
            int count = Math.Min(CellsAtOnce, cells.Count - first);
            int groups = Load(cells, first, count);
            Settle(groups, rules, cancellation);
            Exponents(groups, rules.Window, measured, cancellation);
            Record(groups, kept, block);
            block.AsSpan(0, count * kept * _variables).CopyTo(orbits[(first * kept * _variables)..]);
            measured.AsSpan(0, count).CopyTo(exponents[first..]);
        }
    }

    /// <summary>Puts cells into lanes; the last lanes of the last group repeat the last cell.</summary>
    private int Load(IReadOnlyList<double[]> cells, int first, int count)
    {
        int groups = (count + TLane.Width - 1) / TLane.Width;
        Span<double> start = stackalloc double[_variables];
        Span<double> parameters = stackalloc double[_model.KernelParameters];
        T[,] columns = new T[_variables + parameters.Length, TLane.Width];
        for (int group = 0; group < groups; group++)
        {
            for (int lane = 0; lane < TLane.Width; lane++)
            {
                _model.Begin(cells[first + Math.Min((group * TLane.Width) + lane, count - 1)], start, parameters);
                for (int i = 0; i < _variables; i++)
                {
                    columns[i, lane] = T.CreateChecked(start[i]);
                }

                for (int i = 0; i < parameters.Length; i++)
                {
                    columns[_variables + i, lane] = T.CreateChecked(parameters[i]);
                }
            }

            for (int i = 0; i < _variables + parameters.Length; i++)
            {
                for (int lane = 0; lane < TLane.Width; lane++)
                {
                    _lane[lane] = columns[i, lane];
                }

                var values = TLane.Read(_lane);
                if (i < _variables)
                {
                    _state[(group * _variables) + i] = values;
                }
                else
                {
                    _parameters[(group * parameters.Length) + i - _variables] = values;
                }
            }
        }

        return groups;
    }

    /// <summary>Takes the steps before the measurement; true when no cell is left that has not diverged.</summary>
    private bool Settle(int groups, OrbitRules rules, CancellationToken cancellation)
    {
        for (int done = 0; done < rules.Steps;)
        {
            cancellation.ThrowIfCancellationRequested();
            int steps = Math.Min(Stride, rules.Steps - done);
            _kernel.Advance(_state.AsSpan(0, groups * _variables), _parameters, steps);
            done += steps;
            if (AllBeyond(groups, rules.Limit))
            {
                return true;
            }
        }

        return false;
    }

    private bool AllBeyond(int groups, double limit)
    {
        Span<bool> beyond = stackalloc bool[TLane.Width];
        for (int group = 0; group < groups; group++)
        {
            beyond.Clear();
            for (int i = 0; i < _variables; i++)
            {
                _state[(group * _variables) + i].Write(_lane);
                for (int lane = 0; lane < beyond.Length; lane++)
                {
                    beyond[lane] |= !(double.Abs(double.CreateChecked(_lane[lane])) <= limit);
                }
            }

            if (beyond.Contains(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The largest Lyapunov exponents: mean logarithm of a tangent vector's growth. The first tenth of the window only turns
    /// the vector towards the fastest direction.
    /// </summary>
    private void Exponents(int groups, int window, double[] exponents, CancellationToken cancellation)
    {
        Array.Clear(exponents);
        for (int k = 0; k < groups * _variables; k++)
        {
            // A direction that no symmetry of the models shares.
            _tangent[k] = TLane.All(T.CreateChecked(Math.Cos(1 + (k % _variables))));
        }

        int measured = 0;
        Rescale(groups, exponents, counts: false);
        for (int done = 0; done < window;)
        {
            cancellation.ThrowIfCancellationRequested();
            int steps = Math.Min(TangentStride, window - done);
            bool counts = done >= window / 10;
            _kernel.AdvanceTangent(_state.AsSpan(0, groups * _variables), _tangent.AsSpan(0, groups * _variables), _parameters, steps);
            Rescale(groups, exponents, counts);
            done += steps;
            measured += counts ? steps : 0;
        }

        for (int cell = 0; cell < exponents.Length; cell++)
        {
            exponents[cell] /= measured;
        }
    }

    /// <summary>Makes the tangents unit vectors, and adds up the logarithms of what they were.</summary>
    private void Rescale(int groups, double[] logarithms, bool counts)
    {
        Span<double> squares = stackalloc double[TLane.Width];
        for (int group = 0; group < groups; group++)
        {
            squares.Clear();
            for (int i = 0; i < _variables; i++)
            {
                _tangent[(group * _variables) + i].Write(_lane);
                for (int lane = 0; lane < squares.Length; lane++)
                {
                    double entry = double.CreateChecked(_lane[lane]);
                    squares[lane] += entry * entry;
                }
            }

            for (int lane = 0; lane < squares.Length; lane++)
            {
                logarithms[(group * TLane.Width) + lane] += counts ? 0.5 * Math.Log(squares[lane]) : 0;

                // A vector that has vanished stays so: its orbit is superstable and its exponent −∞.
                _lane[lane] = squares[lane] > 0 ? T.CreateChecked(1 / Math.Sqrt(squares[lane])) : T.One;
            }

            var scale = TLane.Read(_lane);
            for (int i = 0; i < _variables; i++)
            {
                _tangent[(group * _variables) + i] *= scale;
            }
        }
    }

    /// <summary>Takes steps one by one and keeps every state: cell by cell, state by state, variable by variable.</summary>
    private void Record(int groups, int kept, double[] orbits)
    {
        for (int k = 0; k < kept; k++)
        {
            for (int cell = 0; cell < groups * TLane.Width; cell += TLane.Width)
            {
                for (int i = 0; i < _variables; i++)
                {
                    _state[(cell / TLane.Width * _variables) + i].Write(_lane);
                    for (int lane = 0; lane < TLane.Width; lane++)
                    {
                        orbits[((((cell + lane) * kept) + k) * _variables) + i] = double.CreateChecked(_lane[lane]);
                    }
                }
            }

            _kernel.Advance(_state.AsSpan(0, groups * _variables), _parameters, 1);
        }
    }

    private void ReadState(int cell, Span<double> target)
    {
        (int group, int lane) = Math.DivRem(cell, TLane.Width);
        for (int i = 0; i < target.Length; i++)
        {
            _state[(group * _variables) + i].Write(_lane);
            target[i] = double.CreateChecked(_lane[lane]);
        }
    }
}
