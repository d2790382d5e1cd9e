using Brink.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Data;

public sealed class SelectionLawTests
{
    /// <summary>A split of K balanced-or-not classes in any order, and a count it can give.</summary>
    private sealed record Draw(int[] Labels, int Classes, int Count, ulong Seed);

    private static Arbitrary<Draw> Draws()
    {
        Gen<Draw> draws =
            from classes in Gen.Choose(1, 8)
            from each in Gen.Choose(1, 12)
            from extras in Gen.Choose(0, classes - 1).ListOf()
            from count in Gen.Choose(classes, classes * each)
            from seed in Gen.Choose(0, int.MaxValue)
            from labels in Gen.Shuffle(Enumerable.Range(0, classes * each).Select(i => i % classes).Concat(extras))
            select new Draw([.. labels], classes, count, (ulong)seed);
        return Arb.From(draws);
    }

    private static int[] Run(Draw d, int? count = null) =>
        StratifiedDraw.Draw(d.Labels, d.Classes, count ?? d.Count, d.Seed, "a split");

    [Fact]
    public void A_draw_is_of_different_places_within_the_split_in_ascending_order_and_of_the_count_asked_for() =>
        Prop.ForAll(Draws(), d =>
        {
            int[] drawn = Run(d);
            return drawn.Length == d.Count
                && drawn.Zip(drawn.Skip(1)).All(pair => pair.First < pair.Second)
                && drawn[0] >= 0 && drawn[^1] < d.Labels.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Classes_give_numbers_of_samples_that_differ_by_at_most_one() =>
        Prop.ForAll(Draws(), d =>
        {
            int[] counts = new int[d.Classes];
            foreach (int place in Run(d))
            {
                counts[d.Labels[place]]++;
            }

            return counts.Max() - counts.Min() <= 1;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_draw_depends_on_nothing_but_labels_count_and_seed() =>
        Prop.ForAll(Draws(), d => Run(d).SequenceEqual(Run(d))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_larger_draw_with_the_same_seed_contains_the_smaller() =>
        Prop.ForAll(Draws(), d => d.Count == d.Classes || !Run(d, d.Count - 1).Except(Run(d)).Any())
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Different_seeds_draw_different_samples()
    {
        int[] labels = [.. Enumerable.Range(0, 1_000).Select(i => i % 10)];
        Assert.NotEqual(
            StratifiedDraw.Draw(labels, 10, 100, 0, "a split"), StratifiedDraw.Draw(labels, 10, 100, 1, "a split"));
    }

    [Fact]
    public void A_class_that_holds_too_few_is_named_with_the_most_that_can_be_asked_for()
    {
        Assert.Equal(
            "9 samples of a split drawn evenly over 3 classes take 3 of each, but class 1 holds 2: ask for at most 6, or "
            + "for subset 'first'",
            Assert.Throws<BrinkException>(
                () => StratifiedDraw.Draw([0, 0, 0, 0, 1, 1, 2, 2, 2], 3, 9, 0, "a split")).Message);
    }

    [Fact]
    public void Every_sample_is_drawn_about_equally_often()
    {
        // 1,000 draws of 10 out of 40: each place is Binomial(1000, 1/4); six deviations are 82.
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        int[] times = new int[40];
        for (ulong seed = 0; seed < 1_000; seed++)
        {
            foreach (int place in StratifiedDraw.Draw(labels, 2, 10, seed, "a split"))
            {
                times[place]++;
            }
        }

        Assert.All(times, n => Assert.InRange(n, 250 - 82, 250 + 82));
    }

    [Fact]
    public void The_generator_gives_its_authors_sequence()
    {
        // Reference outputs of xoshiro256** for the state 1, 2, 3, 4 and of SplitMix64 for the seed 1234567.
        var generator = new Xoshiro256(1, 2, 3, 4);
        Assert.Equal(
            [11520UL, 0UL, 1509978240UL, 1215971899390074240UL],
            new[] { generator.Next(), generator.Next(), generator.Next(), generator.Next() });
        ulong state = 1234567;
        Assert.Equal(6457827717110365317UL, Xoshiro256.SplitMix64(ref state));
        Assert.Equal(3203168211198807973UL, Xoshiro256.SplitMix64(ref state));
    }

    [Fact]
    public void Bounded_draws_stay_below_their_bound() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 1_000_000)), Arb.From(Gen.Choose(0, 1_000_000)), (bound, seed) =>
        {
            var generator = new Xoshiro256((ulong)seed);
            return Enumerable.Range(0, 20).All(_ => generator.Below(bound) is int n && n >= 0 && n < bound);
        }).QuickCheckThrowOnFailure();
}
