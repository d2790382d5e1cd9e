using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>Whether operators record a graph on this thread; set for the length of a <c>using</c>, then restored.</summary>
public readonly ref struct GradientMode
{
    private readonly int _before;

    private GradientMode(bool enabled)
    {
        _before = Native.GradModeGet();
        Native.GradModeSet(enabled ? 1 : 0);
    }

    /// <summary>Operators record a graph until the result is disposed.</summary>
    /// <returns>The switch; dispose it on the same thread.</returns>
    public static GradientMode On() => new(true);

    /// <summary>Operators record nothing until the result is disposed.</summary>
    /// <returns>The switch; dispose it on the same thread.</returns>
    public static GradientMode Off() => new(false);

    /// <summary>Restores what was set before.</summary>
    public void Dispose() => Native.GradModeSet(_before);
}
