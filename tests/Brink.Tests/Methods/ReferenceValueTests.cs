using Brink.Methods;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Methods;

public sealed class ReferenceValueTests
{
    private static readonly Arbitrary<double[]> Losses = Arb.From(
        from losses in Gen.Choose(-1000, 100000).Select(i => i / 997.0).NonEmptyListOf()
        select losses.ToArray());

    [Fact]
    public void The_monotone_reference_is_the_loss() => Law(() => new MonotoneReference(), (losses, k) => losses[k]);

    [Fact]
    public void Zhang_hager_with_xi_0_is_monotone() => Law(() => new ZhangHagerReference(0), (losses, k) => losses[k]);

    [Fact]
    public void Zhang_hager_with_xi_1_is_the_larger_of_the_mean_and_the_loss() =>
        Law(() => new ZhangHagerReference(1), (losses, k) => Math.Max(losses[k], losses[..(k + 1)].Average()));

    [Fact]
    public void Zhang_hager_weighs_each_loss_by_xi_to_the_power_of_its_age() =>
        Law(() => new ZhangHagerReference(0.7), (losses, k) =>
        {
            double[] weights = [.. Enumerable.Range(0, k + 1).Select(i => Math.Pow(0.7, k - i))];
            return Math.Max(losses[k], weights.Zip(losses, (weight, loss) => weight * loss).Sum() / weights.Sum());
        });

    [Fact]
    public void Grippo_is_the_largest_of_the_last_losses()
    {
        foreach (int memory in (int[])[1, 2, 10])
        {
            Law(() => new GrippoReference(memory), (losses, k) => losses[Math.Max(0, k + 1 - memory)..(k + 1)].Max());
        }
    }

    [Fact]
    public void No_reference_is_below_the_loss_and_one_that_was_stored_goes_on_as_if_never_stopped() =>
        Prop.ForAll(
            Losses,
            Arb.From(Gen.Choose(0, 100)),
            Arb.From(Gen.Elements("monotone", "zhang-hager", "grippo")),
            (losses, cut, name) =>
            {
                ReferenceValue whole = ReferenceValue.Named(name, 0.85, 3);
                ReferenceValue current = ReferenceValue.Named(name, 0.85, 3);
                int stop = cut % losses.Length;
                for (int k = 0; k < losses.Length; k++)
                {
                    if (k == stop)
                    {
                        // Taken back by one that has already seen other losses.
                        ReferenceValue resumed = ReferenceValue.Named(name, 0.85, 3);
                        resumed.Next(1e9);
                        resumed.Restore(current.State());
                        current = resumed;
                    }

                    double expected = whole.Next(losses[k]);
                    Assert.Equal(expected, current.Next(losses[k]));
                    Assert.True(expected >= losses[k]);
                }
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_unknown_reference_is_refused_with_the_nearest_name() =>
        Assert.Contains("grippo", Assert.Throws<BrinkException>(() => ReferenceValue.Named("gripo")).Message);

    private static void Law(Func<ReferenceValue> make, Func<double[], int, double> expected) =>
        Prop.ForAll(Losses, losses =>
        {
            ReferenceValue reference = make();
            for (int k = 0; k < losses.Length; k++)
            {
                Assert.Equal(expected(losses, k), reference.Next(losses[k]), 1e-10);
            }
        }).QuickCheckThrowOnFailure();
}
