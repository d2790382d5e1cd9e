namespace Brink.Data;

/// <summary>
/// Which samples of a split a run uses. <c>stratified</c> draws <see cref="Count"/> samples, as evenly over the classes
/// as their number allows, with a generator of its own; <c>first</c> takes <see cref="Count"/> samples from place
/// <see cref="First"/> of the official order on. Either way the samples come in ascending official order, so that the
/// order of a sum over samples is part of the specification.
/// </summary>
/// <param name="Subset"><c>stratified</c> or <c>first</c>.</param>
/// <param name="First">Place of the first sample, from 0; must be 0 with <c>stratified</c>.</param>
/// <param name="Count">How many samples; <see langword="null"/> means all (from <see cref="First"/> on).</param>
/// <param name="Seed">Seed of the stratified draw; unused by <c>first</c>.</param>
public sealed record SampleSelection(string Subset, long First, int? Count, ulong Seed)
{
    /// <summary>The name of the stratified selection.</summary>
    public const string Stratified = "stratified";

    /// <summary>The name of the selection by place.</summary>
    public const string Leading = "first";

    /// <summary>The names <see cref="Subset"/> may have.</summary>
    public static IReadOnlyList<string> Subsets { get; } = [Stratified, Leading];

    /// <summary>Every sample of the split, in the official order.</summary>
    public static SampleSelection All { get; } = new(Leading, 0, null, 0);

    /// <summary>Whether labels decide: a stratified draw of a given number of samples.</summary>
    internal bool NeedsLabels => Subset == Stratified && Count is not null;

    /// <summary>Refuses values that no data set could satisfy.</summary>
    /// <exception cref="BrinkException">An unknown subset, a negative place, or fewer than one sample.</exception>
    public void Validate()
    {
        if (!Subsets.Contains(Subset))
        {
            throw NearestName.Unknown("subset", Subset, Subsets);
        }

        if (First < 0)
        {
            throw new BrinkException($"first must be at least 0, given {First}");
        }

        if (Count is < 1)
        {
            throw new BrinkException($"count must be at least 1, given {Count}");
        }

        if (Subset == Stratified && First != 0)
        {
            throw new BrinkException($"first {First} goes with subset 'first'; a stratified draw has no first sample");
        }
    }
}
