namespace Brink.Flows;

/// <summary>
/// Whether λ₁ has settled along a flow. It is sampled at times in a fixed ratio. What is still to come of the way, and so of the
/// change of λ₁, shrinks from sample to sample about as √f does where f falls to 0, or as ‖∇f‖: the last change times the rest of
/// that geometric sequence is what is expected.
/// </summary>
/// <param name="byLoss">Whether √f tells how far there is to go; else ‖∇f‖.</param>
internal sealed class SharpnessSettling(bool byLoss)
{
    /// <summary>Ratio of the times of two samples.</summary>
    private const double Ratio = 1.5;

    /// <summary>The way is not taken to shrink by less than this, however slowly it did: a bound is needed for the sum.</summary>
    private const double SlowestDecay = 0.9;

    private readonly List<(double Time, double Value, double Way)> _samples = [];

    /// <summary>The last sample.</summary>
    internal double Value => _samples[^1].Value;

    /// <summary>The time of the last sample; NaN before the first.</summary>
    internal double Time => _samples.Count == 0 ? double.NaN : _samples[^1].Time;

    /// <summary>Estimated |change still to come| / value; NaN before the third sample.</summary>
    internal double Remaining
    {
        get
        {
            if (_samples.Count < 3)
            {
                return double.NaN;
            }

            double decay = Math.Min(SlowestDecay, _samples[^1].Way / _samples[^2].Way);

            // λ₁ may turn: a last change near zero by accident is not believed, but what the one before lets expect.
            double last = Math.Max(
                Math.Abs(_samples[^1].Value - _samples[^2].Value), decay * Math.Abs(_samples[^2].Value - _samples[^3].Value));
            return last * decay / (1 - decay) / Math.Abs(Value);
        }
    }

    /// <summary>Whether it is time for the next sample.</summary>
    internal bool IsDue(double time) => _samples.Count == 0 || time >= Ratio * Time;

    internal void Add(double time, double value, double loss, double gradientNorm) =>
        _samples.Add((time, value, byLoss ? Math.Sqrt(loss) : gradientNorm));
}
