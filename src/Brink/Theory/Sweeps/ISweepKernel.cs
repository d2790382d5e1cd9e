namespace Brink.Theory.Sweeps;

/// <summary>
/// Gradient descent on a small model as a map x ↦ F(x; θ), iterated for as many starts side by side as a lane holds.
/// State, tangent and parameters are given by component: the first lane of a span is the first component of every start.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal interface ISweepKernel<TLane, T>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes steps.</summary>
    /// <param name="state">
    /// One or several groups of starts, one after the other; a group has as many lanes as the model has variables. Several
    /// groups hide the latency of each other's arithmetic.
    /// </param>
    /// <param name="parameters">The groups' parameters, laid out likewise.</param>
    /// <param name="steps">How many, at least 0.</param>
    void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps);

    /// <summary>Takes steps, and carries tangent vectors along: v ↦ DF(x; θ)·v.</summary>
    /// <param name="state">One or several groups of starts.</param>
    /// <param name="tangent">A tangent vector for each, laid out as the state.</param>
    /// <param name="parameters">The groups' parameters.</param>
    /// <param name="steps">How many, at least 0.</param>
    void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps);
}
