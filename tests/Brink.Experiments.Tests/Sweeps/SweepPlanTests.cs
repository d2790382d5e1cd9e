using Brink.Experiments.Sweeps;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests.Sweeps;

/// <summary>From the text of a sweep to its points.</summary>
public sealed class SweepPlanTests
{
    [Fact]
    public void Lists_vary_and_their_product_is_run_the_last_field_fastest()
    {
        SweepPlan plan = Plan("seed: [3, 1]\nmethod: gd\neta: [0.1, 0.5]");
        Assert.Equal(["eta-0.1_seed-3", "eta-0.1_seed-1", "eta-0.5_seed-3", "eta-0.5_seed-1"], plan.Points.Select(point => point.Name));
        Assert.All(plan.Points, point => Assert.Equal("gd", point.Specification.Method));
        Assert.Equal([(0.1, 3L), (0.1, 1L), (0.5, 3L), (0.5, 1L)], plan.Points.Select(point => (point.Specification.Eta, point.Specification.Seed)));
        Assert.All(plan.Points, point => Assert.Equal(["method", "eta", "seed"], point.Specification.Given));
    }

    [Fact]
    public void A_sweep_in_which_nothing_varies_is_one_run()
    {
        SweepPoint point = Assert.Single(Plan("method: nls").Points);
        Assert.Equal("run", point.Name);
        Assert.Equal("run", Assert.Single(Plan("method: [nls]").Points).Name);
    }

    [Fact]
    public void A_plain_list_is_one_value_of_a_field_that_is_a_list_and_a_list_of_lists_varies_it()
    {
        Assert.Equal([100, 50], Assert.Single(Plan("widths: [100, 50]").Points).Specification.Widths);
        Assert.Equal([100, 50], Assert.Single(Plan("widths: 100,50").Points).Specification.Widths);
        SweepPlan plan = Plan("widths: [[100, 50], [20], 7]\nclasses: [0, 1]");
        Assert.Equal([[100, 50], [20], [7]], plan.Points.Select(point => point.Specification.Widths));
        Assert.Equal(["widths-100,50", "widths-20", "widths-7"], plan.Points.Select(point => point.Name));
        Assert.All(plan.Points, point => Assert.Equal([0, 1], point.Specification.Classes!));
        Assert.Equal([1.5, 2, 3], Plan("model: scalar\ndepth: 3\nstart: [[1.5, 2, 3], [1, 1, 1]]").Points[0].Specification.Start!);
        Assert.Equal("s.yaml, line 1: widths is a list itself: a list of lists varies it, e.g. [[64,64,64], [...]]", Refusal("widths: ['100,50', '20']"));
    }

    [Fact]
    public void A_value_that_does_not_apply_is_left_out_and_points_that_are_then_the_same_are_one()
    {
        SweepPlan plan = Plan("method: [gd, nls]\neta: [0.1, 0.5]\nc: 0.2");
        Assert.Equal(["method-gd_eta-0.1", "method-gd_eta-0.5", "method-nls"], plan.Points.Select(point => point.Name));
        Assert.Equal(["method", "eta"], plan.Points[0].Specification.Given);
        Assert.Equal(["method", "c"], plan.Points[2].Specification.Given);
    }

    [Fact]
    public void A_field_without_a_value_has_its_default()
    {
        SweepPlan plan = Plan("method: gd\nmomentum:\neigenvalues-above: [null, 1.5/eta]");
        Assert.Equal(["eigenvalues-above-default", "eigenvalues-above-1.5-eta"], plan.Points.Select(point => point.Name));
        Assert.Equal([null, "1.5/eta"], plan.Points.Select(point => point.Specification.EigenvaluesAbove?.ToString()));
    }

    [Fact]
    public void Except_leaves_out_what_agrees_with_it()
    {
        const string Grid = "method: [gd, nls]\neta: [0.1, 0.5]\nseed: [0, 1]\n";
        Assert.Equal(6, Plan(Grid).Points.Count);
        SweepPlan plan = Plan(Grid + "except:\n  - {method: gd, eta: 5e-1}\n  - method: nls\n    seed: 1");
        Assert.Equal(["method-gd_eta-0.1_seed-0", "method-gd_eta-0.1_seed-1", "method-nls_seed-0"], plan.Points.Select(point => point.Name));
        Assert.Equal(3, plan.LeftOut);
        Assert.Equal(4, Plan(Grid + "except: [{eta: [0.1, 0.5], seed: 0}]").Points.Count);

        // The method that finds its step is the one without a value here.
        Assert.Equal(["gd"], Plan(Grid + "except: [{eta: null}]").Points.Select(point => point.Specification.Method).Distinct());
    }

    [Fact]
    public void A_sweep_is_called_by_its_name_or_its_file()
    {
        Assert.Equal("steps", SweepFile.Parse("name: steps\nmethod: gd", "a/b.yaml").Name);
        Assert.Equal("b", SweepFile.Parse("method: gd", "a/b.yaml").Name);
        Assert.Equal("sweep", SweepFile.Parse("method: gd", "a/large steps.yaml").Name);
    }

    [Theory]
    [InlineData("metod: gd", "s.yaml, line 1: metod: a specification has no such field; did you mean 'method'?")]
    [InlineData("seed: 0\neta: [0.1,\n  -1]", "s.yaml, line 3: eta must be a number above 0, not '-1'")]
    [InlineData("eta: [0.1, 1e-1]", "s.yaml, line 1: eta has the value 0.1 twice")]
    [InlineData("eta: []", "s.yaml, line 1: eta is an empty list; give at least one value, or leave the field out")]
    [InlineData("eta: [[0.1], [0.2]]", "s.yaml, line 1: eta must be a number above 0, not a list")]
    [InlineData("seed: {from: 1}", "s.yaml, line 1: seed must be a whole number between 0 and 9007199254740991 (both included), not a mapping")]
    [InlineData("out: runs/x", "s.yaml, line 1: out: a sweep names the folder of each run itself; choose that of the sweep with --out")]
    [InlineData("name: a/b", "s.yaml, line 1: name must be a folder's name of letters, digits, '.', '_' and '-', not 'a/b'")]
    [InlineData("- gd", "s.yaml, line 1: a sweep is one mapping of fields, each a value or a list of values, e.g. 'eta: [0.1, 0.2]'")]
    [InlineData("eta: [0.1", "s.yaml, line 2: not valid YAML: ")]
    [InlineData("method: [gd, nls]\nseed: 0\nrho: 0.1", "s.yaml, line 3: rho applies only where method is sam; here it is gd")]
    [InlineData("method: gd\nmodel: scalar\ndata: mnist", "s.yaml, line 3: data applies only where model is not given; here it is scalar")]
    [InlineData("method: sgd\nmomentum: [0.9, 0]\nnesterov: true", "s.yaml, line 3: nesterov needs a momentum above 0; give one, e.g. momentum 0.9 (where momentum is 0)")]
    [InlineData("model: [null, scalar]\nmethod: [gd, nls-ub]", "upper-bound must be given where model is: its default is K, the number of a network's outputs (where model is scalar, method is nls-ub)")]
    [InlineData("seed: [0, 1]\nexcept: {seed: 0}", "s.yaml, line 2: except must be a list of partial assignments, e.g. - {method: gd, eta: 1}")]
    [InlineData("seed: [0, 1]\nexcept:\n  - {sed: 0}", "s.yaml, line 3: sed: a specification has no such field; did you mean 'seed'?")]
    [InlineData("seed: [0, 1]\nexcept:\n  - {seed: 2}", "s.yaml, line 3: seed is never 2 in this sweep; it has 0, 1")]
    [InlineData("seed: [0, 1]\nexcept:\n  - {eta: 0.1}", "s.yaml, line 3: eta is not given in this sweep, so nothing can be left out by it")]
    [InlineData("seed: [0, 1]\nexcept:\n  - {seed: null}", "s.yaml, line 3: this entry of except leaves nothing out")]
    [InlineData("seed: [0, 1]\nexcept: [{seed: [0, 1]}]", "s.yaml: except leaves out every point; nothing is left to run")]
    public void What_is_wrong_is_told_in_one_line_with_its_place(string text, string message)
    {
        string refusal = Refusal(text);
        Assert.DoesNotContain('\n', refusal);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_product_beyond_reason_is_refused_before_it_is_made()
    {
        string many = string.Join(", ", Enumerable.Range(1, 1000));
        Assert.Equal("s.yaml: the product of its lists is 1,000,000,000 points; a sweep has at most 100,000", Refusal($"seed: [{many}]\niterations: [{many}]\ncount: [{many}]"));
    }

    [Fact]
    public void Points_that_ask_for_the_same_run_have_the_same_fingerprint_and_no_others()
    {
        Assert.Equal(Plan("method: gd").Points[0].Fingerprint, Plan("method: gd\nseed: 0\neta: 0.1").Points[0].Fingerprint);
        Assert.NotEqual(Plan("method: gd").Points[0].Fingerprint, Plan("method: gd\nseed: 1").Points[0].Fingerprint);
        Assert.NotEqual(Plan("method: nls-ub").Points[0].Fingerprint, Plan("method: nls-ub\nupper-bound: 10").Points[0].Fingerprint);
    }

    [Fact]
    public void Law_any_specification_is_the_sweep_of_one_point_and_names_and_fingerprints_tell_points_apart()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(SpecificationGenerator.Valid(), specification =>
        {
            Specification alone = specification with { Out = null };
            SweepPoint point = Assert.Single(Plan(alone.Given.Any() ? alone.ToYaml() : "{}").Points);
            Assert.Equal(alone, point.Specification);

            string[] values = ["4", "5", "6"];
            SweepPlan plan = Plan($"{(alone with { Out = null }).Without("seed").ToYaml()}seed: [{string.Join(", ", values)}]");
            Assert.Equal(values, plan.Points.Select(one => $"{one.Specification.Seed}"));
            Assert.Equal(3, plan.Points.Select(one => one.Name).Distinct().Count());
            Assert.Equal(3, plan.Points.Select(one => one.Fingerprint).Distinct().Count());
            Assert.All(plan.Points, one => Assert.Equal(alone.Without("seed"), one.Specification.Without("seed")));
        }));
    }

    [Fact]
    public void Law_the_points_are_the_product_of_the_lists_less_what_except_names()
    {
        Gen<(int Seeds, int Etas, int Widths)> sizes =
            from seeds in Gen.Choose(1, 4) from etas in Gen.Choose(1, 4) from widths in Gen.Choose(1, 3) select (seeds, etas, widths);
        Check.QuickThrowOnFailure(Prop.ForAll(sizes.ToArbitrary(), size =>
        {
            (int seeds, int etas, int widths) = size;
            string grid = "method: gd\n"
                + $"seed: [{string.Join(", ", Enumerable.Range(0, seeds))}]\n"
                + $"eta: [{string.Join(", ", Enumerable.Range(1, etas).Select(k => 0.5 / k))}]\n"
                + $"widths: [{string.Join(", ", Enumerable.Range(1, widths).Select(k => $"[{k}, 3]"))}]\n";
            SweepPlan plan = Plan(grid);
            Assert.Equal(seeds * etas * widths, plan.Points.Count);
            Assert.Equal(plan.Points.Count, plan.Points.Select(point => (point.Specification.Seed, point.Specification.Eta, point.Specification.Widths[0])).Distinct().Count());
            if (plan.Points.Count > 1)
            {
                // Each point is its own complement: leaving it out leaves all others, in their order.
                SweepPoint gone = plan.Points[plan.Points.Count / 2];
                Specification s = gone.Specification;
                SweepPlan less = Plan($"{grid}except: [{{seed: {s.Seed}, eta: {s.Eta:R}, widths: [{string.Join(", ", s.Widths)}]}}]");
                Assert.Equal(plan.Points.Where(point => point != gone).Select(point => point.Name), less.Points.Select(point => point.Name));
            }
        }));
    }

    [Fact]
    public void Long_names_and_names_that_differ_only_in_what_no_folder_may_hold_are_told_apart()
    {
        SweepPlan plan = Plan("init: ['a/b', 'a:b', 'c']");
        Assert.Equal(3, plan.Points.Select(point => point.Name).Distinct().Count());
        Assert.All(plan.Points, point => Assert.Matches(@"\Ainit-(a-b~[0-9a-f]{8}|c)\z", point.Name));
        string wide = string.Join(", ", Enumerable.Repeat("1000", 100));
        SweepPlan deep = Plan($"widths: [[{wide}], [{wide}, 1]]");
        Assert.Equal(2, deep.Points.Select(point => point.Name).Distinct().Count());
        Assert.All(deep.Points, point => Assert.True(point.Name.Length < 200));
    }

    private static SweepPlan Plan(string text) => SweepPlan.Of(SweepFile.Parse(text, "s.yaml"));

    private static string Refusal(string text) => Assert.Throws<BrinkException>(() => Plan(text)).Message;
}
