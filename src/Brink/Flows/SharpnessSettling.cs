namespace Brink.Flows;

/// <summary>
/// Whether λ₁ has settled along a flow: it is sampled at times in a fixed ratio, over which a power law changes by a geometric
/// sequence and an exponential by less; the rest of the sequence is what is still to come.
/// </summary>
internal sealed class SharpnessSettling
{
    /// <summary>Ratio of the times of two samples.</summary>
    private const double Ratio = 1.5;

    /// <summary>Changes are not taken to shrink by less than this, however slowly they did: a bound is needed for the sum.</summary>
    private const double SlowestDecay = 0.9;

    private readonly List<(double Time, double Value)> _samples = [];

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

            double last = Math.Abs(_samples[^1].Value - _samples[^2].Value);
            double before = Math.Abs(_samples[^2].Value - _samples[^3].Value);
            double decay = last == 0 ? 0 : Math.Min(SlowestDecay, last / before);
            return Math.Max(last * decay / (1 - decay), 0) / Math.Abs(Value);
        }
    }

    /// <summary>Whether it is time for the next sample.</summary>
    internal bool IsDue(double time) => _samples.Count == 0 || time >= Ratio * Time;

    internal void Add(double time, double value) => _samples.Add((time, value));
}
