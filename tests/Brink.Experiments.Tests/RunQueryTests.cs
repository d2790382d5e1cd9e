using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

public sealed class RunQueryTests
{
    private static readonly RunField[] Fields =
        [.. new[] { "method", "final_loss", "eta", "run", "status", "c", "iterations_done", "widths", "out" }.Select(RunField.Find)];

    [Fact]
    public void Printing_and_parsing_gives_the_same_condition() => Prop.ForAll(
        Queries().ToArbitrary(),
        q => Assert.Equal(q, RunQuery.Parse(q.ToString()))).QuickCheckThrowOnFailure();

    [Fact]
    public void De_Morgan_holds_for_any_condition_on_any_run() => Prop.ForAll(
        Queries().ToArbitrary(),
        Queries().ToArbitrary(),
        Runs().ToArbitrary(),
        (a, b, run) =>
        {
            Assert.Equal(a.Matches(run) && b.Matches(run), RunQuery.Parse($"({a}) and ({b})").Matches(run));
            Assert.Equal(
                RunQuery.Parse($"not (({a}) and ({b}))").Matches(run),
                RunQuery.Parse($"not ({a}) or not ({b})").Matches(run));
            Assert.Equal(
                RunQuery.Parse($"not (({a}) or ({b}))").Matches(run),
                RunQuery.Parse($"not ({a}) and not ({b})").Matches(run));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unequal_is_the_negation_of_equal_and_at_most_one_order_holds() => Prop.ForAll(
        Runs().ToArbitrary(),
        Gen.Elements(Fields).ToArbitrary(),
        Gen.Elements("nls", "3", "0.5", "none").ToArbitrary(),
        (run, field, value) =>
        {
            bool Holds(QueryOperator o) => new RunQuery.Comparison(field, o, value).Matches(run);
            Assert.NotEqual(Holds(QueryOperator.Equal), Holds(QueryOperator.NotEqual));
            Assert.False(Holds(QueryOperator.Less) && Holds(QueryOperator.Greater));
            if (value != RunQuery.None)
            {
                Assert.Equal(Holds(QueryOperator.LessOrEqual), Holds(QueryOperator.Less) || Holds(QueryOperator.Equal));
                Assert.Equal(Holds(QueryOperator.GreaterOrEqual), Holds(QueryOperator.Greater) || Holds(QueryOperator.Equal));
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("method = nls and final_loss < 0.01", true)]
    [InlineData("method = nls and final_loss < 0.001", false)]
    [InlineData("method = gd or method = nls and final_loss > 1", false)]
    [InlineData("(method = gd or method = nls) and final_loss > 1e-3", true)]
    [InlineData("not method = gd", true)]
    [InlineData("not not method = nls", true)]
    [InlineData("method != gd and not (final_loss >= 0.01)", true)]
    [InlineData("final-loss<=0.005", true)]
    [InlineData("final_loss = 5e-3", true)]
    [InlineData("run ~ 'FIRST'", true)]
    [InlineData("run ~ \"second\"", false)]
    [InlineData("widths = 100,100", true)]
    [InlineData("widths ~ 64", false)]
    [InlineData("eta = none", true)]
    [InlineData("eta > 0", false)]
    [InlineData("eta != 0.1", true)]
    [InlineData("count = 5000 and iterations = 1000 and iterations_done = 40", true)]
    [InlineData("status = finished", true)]
    [InlineData("sharpness-every = 20", true)]
    [InlineData("test_accuracy = none", true)]
    [InlineData("started > 2026-01-01 and started < 2027", true)]
    public void Conditions_mean_what_they_say(string query, bool expected)
    {
        RunEntry run = new()
        {
            Path = "runs/first",
            Specification = new Specification { Method = "nls", SharpnessEvery = 20 },
            Status = "finished",
            Summary = new RunSummary
            {
                Status = RunStatus.Finished,
                IterationsDone = 40,
                Data = "fashion-mnist",
                Network = "mlp",
                Method = "nls",
                FinalLoss = 0.005,
                Started = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero),
            },
        };
        Assert.Equal(expected, RunQuery.Parse(query).Matches(run));
    }

    [Theory]
    [InlineData("metod = nls", "a run has no field 'metod'; did you mean 'method'?")]
    [InlineData("xyzzyxyzzy = 1", "a run has no field 'xyzzyxyzzy'; docs/run-format.md and docs/specification.md list them all")]
    [InlineData("method = nsl", "'method = nsl': method is never 'nsl'; did you mean 'nls'?")]
    [InlineData("status = done", "'status = done': status is never 'done'; it is one of running, finished, interrupted, diverged, failed, killed, broken")]
    [InlineData("final_loss < small", "'final_loss < small': final_loss is a number, and 'small' is none")]
    [InlineData("", "'': expected a field's name at character 1, not the end")]
    [InlineData("method", "'method': expected one of = != < <= > >= ~ at character 7, not the end")]
    [InlineData("method nls", "'method nls': expected one of = != < <= > >= ~ at character 8, not 'nls'")]
    [InlineData("method =", "'method =': expected a value at character 9, not the end")]
    [InlineData("method = and", "'method = and': expected a value at character 10, not 'and'")]
    [InlineData("method = nls final_loss < 1", "'method = nls final_loss < 1': expected 'and', 'or' or the end at character 14, not 'final_loss'")]
    [InlineData("(method = nls", "'(method = nls': expected ')' at character 14, not the end")]
    [InlineData("method = 'nls", "'method = 'nls': the quote at character 10 is not closed")]
    [InlineData("method = n;s", "'method = n;s': ';' at character 11 has no meaning here; put values with such characters in quotes")]
    [InlineData("not", "'not': expected a field's name at character 4, not the end")]
    public void Bad_conditions_give_one_line(string query, string expected) =>
        Assert.Equal(expected, Assert.Throws<BrinkException>(() => RunQuery.Parse(query)).Message);

    [Fact]
    public void Parsing_any_text_gives_a_condition_or_one_line() => Prop.ForAll(
        Gen.Elements("method", "=", "(", ")", "not", "and", "or", "nls", "<", "'", "1", "final_loss", "~", "\"", " ").ArrayOf().ToArbitrary(),
        parts =>
        {
            try
            {
                RunQuery query = RunQuery.Parse(string.Join(' ', parts));
                Assert.Equal(query, RunQuery.Parse(query.ToString()));
            }
            catch (BrinkException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_field_of_specification_and_summary_can_be_named()
    {
        Assert.All(SpecificationFields.All, f => Assert.Equal(f.Name, RunField.Find(f.Name).Name));
        Assert.All(
            new[] { "final_loss", "best_loss", "train_accuracy", "test_accuracy", "final_sharpness", "mean_eta_sharpness", "function_evaluations", "gradient_evaluations", "hvps", "seconds", "outputs", "parameters", "started", "ended", "reason", "iterations_done" },
            n => Assert.Equal(n, RunField.Find(n).Name));
        Assert.Equal(RunField.All.Count, RunField.All.Select(f => f.Name.Replace('-', '_')).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void An_order_sorts_numbers_as_numbers_and_puts_what_is_lacking_last()
    {
        RunEntry[] runs = [Entry("a", 10), Entry("b", null), Entry("c", 9), Entry("d", double.NaN), Entry("e", 10)];
        Assert.Equal("caebd", Names(RunOrder.Parse("final_loss").Apply(runs)));
        Assert.Equal("aecbd", Names(RunOrder.Parse("final_loss desc").Apply(runs)));
        Assert.Equal("eacdb", Names(RunOrder.Parse("final_loss desc, run desc").Apply(runs)));
        Assert.Contains("is no order", Assert.Throws<BrinkException>(() => RunOrder.Parse("final_loss down")).Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'final_loss'", Assert.Throws<BrinkException>(() => RunOrder.Parse("finalloss")).Message, StringComparison.Ordinal);
    }

    private static string Names(IEnumerable<RunEntry> runs) => string.Concat(runs.Select(r => r.Path));

    private static RunEntry Entry(string path, double? loss) => new()
    {
        Path = path,
        Specification = new Specification(),
        Status = "finished",
        Summary = new RunSummary { Status = RunStatus.Finished, IterationsDone = 1, Data = "d", Network = "n", Method = "m", FinalLoss = loss },
    };

    private static Gen<RunEntry> Runs() =>
        from method in Gen.Elements("gd", "nls", "ls")
        from loss in Gen.Elements(new double?[] { null, 0.5, 3, double.NaN })
        from summarised in Gen.Elements(true, false)
        from broken in Gen.Choose(0, 4)
        select new RunEntry
        {
            Path = "runs/" + method,
            Status = "killed",
            Specification = broken == 0 ? null : new Specification { Method = method },
            Summary = summarised ? Entry("", loss).Summary : null,
        };

    private static Gen<RunQuery> Queries() => Gen.Sized(size => Sized(Math.Min(size, 12)));

    private static Gen<RunQuery> Sized(int size)
    {
        Gen<RunQuery> comparison =
            from field in Gen.Elements(Fields)
            from op in Gen.Elements(Enum.GetValues<QueryOperator>())
            from value in Values(field)
            select (RunQuery)new RunQuery.Comparison(field, op, value);
        if (size == 0)
        {
            return comparison;
        }

        Gen<RunQuery> inner = Sized(size / 2);
        return Gen.OneOf(
            comparison,
            inner.Select(q => (RunQuery)new RunQuery.Not(q)),
            inner.Two().Select(p => (RunQuery)new RunQuery.And(p.Item1, p.Item2)),
            inner.Two().Select(p => (RunQuery)new RunQuery.Or(p.Item1, p.Item2)));
    }

    private static Gen<string> Values(RunField field) =>
        field.IsNumber ? Gen.Elements("0.5", "3", "-1e-3", "none")
        : field.Choices is { } choices ? Gen.Elements(choices.ToArray())
        : Gen.Elements("a", "it's", "and", "", "two words", "\"", "100,100", "(", "é=");
}
