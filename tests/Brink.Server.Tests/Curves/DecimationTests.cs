using FsCheck;
using FsCheck.Fluent;

namespace Brink.Server.Tests.Curves;

public sealed class DecimationTests
{
    [Fact]
    public void A_short_curve_is_given_as_it_is() => Prop.ForAll(Curve(), Pixels(), (curve, pixels) =>
    {
        Decimation made = Decimation.Of(curve.X, curve.Y, pixels);
        if (curve.X.Length <= 2 * pixels)
        {
            Assert.Equal(curve.X, made.X);
            Assert.Equal(curve.Y, made.Y);
            Assert.Null(made.Low);
            Assert.Null(made.High);
        }
        else
        {
            Assert.NotNull(made.Low);
            Assert.NotNull(made.High);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_long_curve_has_at_most_one_column_a_pixel_in_order_within_its_ends() => Prop.ForAll(Curve(), Pixels(), (curve, pixels) =>
    {
        Decimation made = Decimation.Of(curve.X, curve.Y, pixels);
        if (made.Low is null)
        {
            return;
        }

        Assert.InRange(made.X.Length, 1, pixels);
        Assert.Equal(made.X.Length, made.Y.Length);
        Assert.Equal(made.X.Length, made.Low.Length);
        Assert.Equal(made.X.Length, made.High!.Length);
        Assert.Equal(made.X.Order(), made.X);
        Assert.InRange(made.X[0], curve.X[0], curve.X[^1]);
        Assert.InRange(made.X[^1], curve.X[0], curve.X[^1]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Extremes_are_never_lost_wherever_one_looks() => Prop.ForAll(Curve(), Pixels(), (curve, pixels) =>
    {
        Decimation made = Decimation.Of(curve.X, curve.Y, pixels);
        if (made.Low is null)
        {
            return;
        }

        double[] finite = [.. curve.Y.Where(double.IsFinite)];
        double[] lows = [.. made.Low.Where(double.IsFinite)];
        Assert.Equal(finite.Length == 0, lows.Length == 0);
        if (finite.Length > 0)
        {
            Assert.Equal(finite.Min(), lows.Min());
            Assert.Equal(finite.Max(), made.High!.Where(double.IsFinite).Max());
        }

        // And column by column, against the definition: column j holds the places in [x₀ + jw, x₀ + (j+1)w).
        double width = (curve.X[^1] - curve.X[0]) / pixels;
        var columns = curve.X.Select((x, i) => (Column: width > 0 ? Math.Min(pixels - 1, (int)((x - curve.X[0]) / width)) : 0, Y: curve.Y[i]))
            .GroupBy(point => point.Column, point => point.Y).OrderBy(group => group.Key).ToArray();
        Assert.Equal(columns.Length, made.X.Length);
        for (int j = 0; j < columns.Length; j++)
        {
            double[] there = [.. columns[j].Where(double.IsFinite)];
            Assert.Equal(there.Length > 0 ? there.Min() : double.NaN, made.Low[j]);
            Assert.Equal(there.Length > 0 ? there.Max() : double.NaN, made.High![j]);
            if (there.Length > 0)
            {
                Assert.InRange(made.Y[j], made.Low[j], made.High[j]);
                Assert.True(Math.Abs(there.Average() - made.Y[j]) <= 1e-12 * (1 + there.Max(Math.Abs)), $"{there.Average()} {made.Y[j]}");
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_oscillation_between_two_values_keeps_its_height_in_every_column()
    {
        double[] x = [.. Enumerable.Range(0, 100_000).Select(i => (double)i)];
        double[] y = [.. x.Select(i => i % 2 == 0 ? -1.0 : 3.0)];
        Decimation made = Decimation.Of(x, y, 600);
        Assert.Equal(600, made.X.Length);
        Assert.All(made.Low!, low => Assert.Equal(-1, low));
        Assert.All(made.High!, high => Assert.Equal(3, high));
        Assert.All(made.Y, mean => Assert.Equal(1, mean, 1e-1));
    }

    private static Arbitrary<int> Pixels() => Gen.Choose(1, 40).ToArbitrary();

    private static Arbitrary<(double[] X, double[] Y)> Curve() => (
        from count in Gen.Choose(0, 200)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Make(count, new Random(seed))).ToArbitrary();

    private static (double[] X, double[] Y) Make(int count, Random random)
    {
        double[] x = new double[count];
        double[] y = new double[count];
        double place = (random.NextDouble() * 200) - 100;
        for (int i = 0; i < count; i++)
        {
            // Equal places, small steps and large gaps.
            place += random.Next(4) switch { 0 => 0, 1 => 100 * random.NextDouble(), _ => random.NextDouble() };
            x[i] = place;
            y[i] = random.Next(12) switch
            {
                0 => double.NaN,
                1 => double.PositiveInfinity,
                2 => -1e300,
                3 => 1e300,
                _ => random.NextDouble() - 0.5,
            };
        }

        return (x, y);
    }
}
