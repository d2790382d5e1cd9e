namespace Brink.Objectives;

/// <summary>
/// The wish to stop of ranks that share samples. A signal reaches them at different moments, and none may leave a computation that
/// the others go on with: so with every sum of a vector over the ranks goes one number more, how many were asked to stop, and all
/// of them know it after the same sum.
/// </summary>
public sealed class AgreedStop : IDisposable
{
    private readonly CancellationTokenSource _agreed = new();
    private CancellationToken _here;

    /// <summary>Cancelled on every rank within the same sum, once one of them was asked to stop.</summary>
    public CancellationToken Token => _agreed.Token;

    /// <summary>Whether this rank was asked.</summary>
    internal bool IsAskedHere => _here.IsCancellationRequested;

    /// <summary>Sets what asks this rank to stop.</summary>
    /// <param name="here">Cancelled at any moment, from any thread.</param>
    /// <returns><see cref="Token"/>.</returns>
    public CancellationToken Watch(CancellationToken here)
    {
        _here = here;
        return Token;
    }

    /// <inheritdoc/>
    public void Dispose() => _agreed.Dispose();

    /// <summary>Takes in how many ranks were asked, as their sum says.</summary>
    /// <param name="asked">0 for none.</param>
    internal void Take(double asked)
    {
        if (asked > 0)
        {
            _agreed.Cancel();
        }
    }
}
