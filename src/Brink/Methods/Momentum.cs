using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>The velocity v ← βv + d that full-batch methods step along; v starts as the first d.</summary>
/// <param name="factor">β, in [0, 1).</param>
internal sealed class Momentum(double factor) : IDisposable
{
    private const string Velocity = "velocity";

    private readonly MethodVectors _memory = new();

    /// <summary>β, in [0, 1).</summary>
    internal double Factor { get; } = Require.FromUpTo("momentum", factor, 0, 1);

    public void Dispose() => _memory.Dispose();

    /// <summary>Takes one more direction in.</summary>
    /// <param name="objective">What is minimised.</param>
    /// <param name="direction">d.</param>
    /// <returns>v, which stays the momentum's own.</returns>
    internal Tensor Add(Objective objective, Tensor direction)
    {
        Tensor velocity = _memory.Vector(Velocity, objective);
        velocity.MultiplyInPlace(Factor);
        velocity.AddInPlace(direction);
        return velocity;
    }

    /// <summary>v under its name in a checkpoint; nothing before the first direction.</summary>
    internal IReadOnlyDictionary<string, Tensor> State() => _memory.State();

    /// <summary>Takes v back.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) => _memory.Restore(state, objective);
}
