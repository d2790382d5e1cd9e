namespace Brink.Methods;

/// <summary>
/// R in the acceptance test f(w − ηg) ≤ R − c·η·‖g‖²: what the new loss is held against. Nonmonotone references let the
/// loss rise for a while, and with it the step (Flatland, arXiv 2606.06722; math.md §2).
/// </summary>
public abstract class ReferenceValue
{
    /// <summary>Names of the references: <c>monotone</c>, <c>zhang-hager</c>, <c>grippo</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["monotone", "zhang-hager", "grippo"];

    /// <summary>Makes a reference by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="xi">ξ of Zhang–Hager, in [0, 1].</param>
    /// <param name="memory">M of Grippo, at least 1.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="BrinkException">No reference has that name, or a number is out of range.</exception>
    public static ReferenceValue Named(string name, double xi = 1, int memory = 10) => name switch
    {
        "monotone" => new MonotoneReference(),
        "zhang-hager" => new ZhangHagerReference(xi),
        "grippo" => new GrippoReference(memory),
        _ => throw NearestName.Unknown("reference", name, Names),
    };

    /// <summary>Takes in f(w_k).</summary>
    /// <param name="loss">f(w_k), finite.</param>
    /// <returns>R for the step from w_k.</returns>
    public abstract double Next(double loss);

    /// <summary>What is remembered.</summary>
    /// <returns>Numbers in an order of their own.</returns>
    public virtual double[] State() => [];

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    /// <param name="state">The numbers; none for a reference that has seen no losses.</param>
    public virtual void Restore(ReadOnlySpan<double> state)
    {
    }
}

/// <summary>R = f(w_k): the loss must fall at every step.</summary>
public sealed class MonotoneReference : ReferenceValue
{
    /// <inheritdoc/>
    public override double Next(double loss) => loss;
}

/// <summary>
/// Zhang and Hager's average of the losses so far: Q_{k+1} = ξQ_k + 1, C_k = (ξQ_k C_{k−1} + f(w_k)) / Q_{k+1},
/// R = max(C_k, f(w_k)). ξ = 1 is the plain mean, ξ = 0 the monotone reference.
/// </summary>
public sealed class ZhangHagerReference : ReferenceValue
{
    private readonly double _xi;
    private double _weight;
    private double _average;

    /// <summary>Starts with no losses.</summary>
    /// <param name="xi">ξ, in [0, 1].</param>
    /// <exception cref="BrinkException">ξ is out of range.</exception>
    public ZhangHagerReference(double xi = 1) => _xi = Require.Between("xi", xi, 0, 1);

    /// <inheritdoc/>
    public override double Next(double loss)
    {
        double weight = (_xi * _weight) + 1;
        _average = ((_xi * _weight * _average) + loss) / weight;
        _weight = weight;
        return Math.Max(_average, loss);
    }

    /// <inheritdoc/>
    public override double[] State() => [_weight, _average];

    /// <inheritdoc/>
    public override void Restore(ReadOnlySpan<double> state) => (_weight, _average) = state.IsEmpty ? (0, 0) : (state[0], state[1]);
}

/// <summary>Grippo, Lampariello and Lucidi's maximum of the last M losses, the present one included.</summary>
public sealed class GrippoReference : ReferenceValue
{
    private readonly int _memory;
    private readonly Queue<double> _losses = new();

    /// <summary>Starts with no losses.</summary>
    /// <param name="memory">M, at least 1.</param>
    /// <exception cref="BrinkException">M is below 1.</exception>
    public GrippoReference(int memory = 10) => _memory = (int)Require.AtLeast("memory", memory, 1);

    /// <inheritdoc/>
    public override double Next(double loss)
    {
        _losses.Enqueue(loss);
        if (_losses.Count > _memory)
        {
            _losses.Dequeue();
        }

        return _losses.Max();
    }

    /// <inheritdoc/>
    public override double[] State() => [.. _losses];

    /// <inheritdoc/>
    public override void Restore(ReadOnlySpan<double> state)
    {
        _losses.Clear();
        foreach (double loss in state)
        {
            _losses.Enqueue(loss);
        }
    }
}
