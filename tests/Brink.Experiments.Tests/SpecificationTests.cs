using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

public sealed class SpecificationTests
{
    [Fact]
    public void Any_specification_comes_back_from_yaml() => Prop.ForAll(
        SpecificationGenerator.Valid(),
        s => Assert.Equal(s.ToJson(), Specification.FromYaml(s.ToYaml()).ToJson())).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_specification_comes_back_from_json_and_writes_the_same_bytes() => Prop.ForAll(
        SpecificationGenerator.Valid(),
        s =>
        {
            Specification again = Specification.FromJson(s.ToJson());
            Assert.Equal(s, again);
            Assert.Equal(s.ToJson(), again.ToJson());
            Assert.Equal(s.Fingerprint, again.Fingerprint);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resolving_again_changes_nothing_and_gives_every_field_that_applies() => Prop.ForAll(
        SpecificationGenerator.Valid(),
        s =>
        {
            Specification resolved = s.Resolve(10);
            Assert.Equal(resolved, resolved.Resolve(10));
            Assert.All(resolved.Given, name => Assert.True(SpecificationFields.Find(name)!.AppliesTo(s), name));
            Assert.All(
                SpecificationFields.All.Where(f => f.AppliesTo(s) && !f.DefaultText.Contains(' ', StringComparison.Ordinal)),
                f => Assert.Contains(f.Name, resolved.Given));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_fingerprint_sees_every_field_but_the_folder() => Prop.ForAll(
        SpecificationGenerator.Valid(),
        SpecificationGenerator.Valid(),
        (a, b) =>
        {
            bool same = (a with { Out = null }) == (b with { Out = null });
            Assert.Equal(same, a.Fingerprint == b.Fingerprint);
            Assert.Equal(a.Fingerprint, (a with { Out = "elsewhere" }).Fingerprint);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_field_is_a_property_of_its_name_and_type_and_the_reverse()
    {
        foreach (SpecificationField field in SpecificationFields.All)
        {
            string property = string.Concat(field.Name.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
            Type? type = typeof(Specification).GetProperty(property)?.PropertyType;
            Assert.NotNull(type);
            Assert.Equal(field.ValueType, Nullable.GetUnderlyingType(type) ?? type);
        }

        string[] others = ["Given", "Fingerprint"];
        Assert.Equal(
            SpecificationFields.All.Count,
            typeof(Specification).GetProperties().Count(p => !others.Contains(p.Name)));
    }

    [Fact]
    public void Every_example_is_legal_and_every_default_too()
    {
        Specification none = new();
        foreach (SpecificationField field in SpecificationFields.All)
        {
            object example = field.Parse(field.Example, field.Name);
            Assert.True(field.ValueType.IsInstanceOfType(example), field.Name);
            if (field.DefaultIn(none) is { } value)
            {
                Assert.True(field.IsLegal(value), field.Name);
                Assert.Equal(field.Format(value), field.Format(field.Parse(field.Format(value), field.Name)));
            }

            Assert.NotEmpty(field.DefaultText);
            Assert.DoesNotContain('\n', field.Help);
            Assert.All(field.Conditions, c => Assert.All(
                c.Values, v => Assert.Equal(v, SpecificationFields.Find(c.Field)!.Format(SpecificationFields.Find(c.Field)!.Parse(v, c.Field)))));
        }
    }

    [Theory]
    [InlineData("gd", 0.1, 0.0)]
    [InlineData("sam", 0.1, 0.9)]
    [InlineData("sgd", 0.1, 0.0)]
    public void Defaults_are_the_methods_own(string method, double eta, double momentum)
    {
        Specification s = new Specification { Method = method }.Resolve(10);
        Assert.Equal(eta, s.Eta);
        Assert.Equal(momentum, s.Momentum);
    }

    [Fact]
    public void The_defaults_of_the_mathematics_hold()
    {
        Specification s = new Specification { Method = "nls-ub" }.Resolve(26);
        Assert.Equal((1e-4, 0.5, 1.0, 1e-6, 1e4, 100), (s.C, s.Delta, s.InitialEta, s.MinEta, s.MaxEta, s.MaxBacktracks));
        Assert.Equal((1.0, "zhang-hager", 26.0), (s.Xi, s.Reference, s.UpperBound!.Value));
        Assert.Equal("monotone", new Specification { Method = "ls" }.Reference);
        Assert.Null(s.Eta);
        Assert.Equal((0.1, 0.0), (s.Cp, s.FStar));
        Assert.Equal((2.06, 0.05, 10), (s.Sigma, s.Rho, s.Memory));
        Assert.Equal(1e-4, new Specification { Method = "sam" }.WeightDecay);
        Assert.Equal(1e-3, new Specification { Method = "adam" }.Eta);
    }

    [Theory]
    [InlineData("mse", 26)]
    [InlineData("squared", 2)]
    [InlineData("ce", 52)]
    public void The_bound_of_nls_ub_is_its_losss(string loss, double bound)
    {
        Assert.Equal(bound, new Specification { Method = "nls-ub", Loss = loss }.Resolve(26).UpperBound!.Value, 1e-12);
        Assert.Equal(7, new Specification { Method = "nls-ub", Loss = loss, UpperBound = 7 }.Resolve(26).UpperBound);
    }

    [Fact]
    public void On_batches_a_line_is_recorded_an_epoch_unless_told_otherwise()
    {
        Specification batches = new() { Method = "nls", BatchSize = 256 };
        Assert.Equal(20, batches.Resolve(10, samples: 5000).RecordEvery);
        Assert.Equal(20, batches.Resolve(10, samples: 5120).RecordEvery);
        Assert.Equal(21, batches.Resolve(10, samples: 5121).RecordEvery);
        Assert.Equal(3, (batches with { RecordEvery = 3 }).Resolve(10, samples: 5000).RecordEvery);
        Assert.Equal(1, new Specification { Method = "nls" }.Resolve(10, samples: 5000).RecordEvery);
    }

    [Fact]
    public void Passes_over_the_samples_count_the_samples_seen()
    {
        // 11 samples, 4 a step: 4, 8, 11, 15, …
        Specification batches = new() { Method = "nls", BatchSize = 4 };
        Assert.Equal([0, 4 / 11.0, 8 / 11.0, 1, 15 / 11.0], Enumerable.Range(0, 5).Select(k => batches.EpochsOf(k, 11)), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Batch_sharpness_needs_batches()
    {
        string message = Assert.Throws<BrinkException>(() => new Specification { BatchSharpnessEvery = 5 }.Validate()).Message;
        Assert.Equal("batch-sharpness-every measures the batches of a stochastic run; give a batch-size, e.g. 256", message);
        message = Assert.Throws<BrinkException>(() => new Specification { Method = "flow", BatchSize = 5 }.Validate()).Message;
        Assert.StartsWith("batch-size applies only where method is gd, warmup", message);
    }

    [Fact]
    public void Test_metrics_follow_sharpness_unless_told_otherwise()
    {
        Assert.Equal(20, new Specification { SharpnessEvery = 20 }.TestEvery);
        Assert.Equal(100, new Specification { SharpnessEvery = 0 }.TestEvery);
        Assert.Equal(7, new Specification { SharpnessEvery = 20, TestEvery = 7 }.TestEvery);
    }

    [Theory]
    [InlineData("metod: nls", "line 1: metod: a specification has no such field; did you mean 'method'?")]
    [InlineData("# a comment\n\nsharpness_every: 3", "line 3: sharpness_every: a specification has no such field; did you mean 'sharpness-every'?")]
    [InlineData("qqqqqqqqqq: 1", "line 1: qqqqqqqqqq: a specification has no such field; docs/specification.md lists them all")]
    [InlineData("data: fashon-mnist", "line 1: data: unknown data 'fashon-mnist': did you mean 'fashion-mnist'? known are fashion-mnist, mnist, emnist-letters, cifar10, cifar100, svhn, folder, tensors")]
    [InlineData("method: nsl", "line 1: method: unknown method 'nsl': did you mean 'nls'? known are gd, warmup, ls, nls, nls-ub, ponls, cdat, sam, sgd, rmsprop, adam, flow, central-flow")]
    [InlineData("network: resnet", "line 1: network: unknown network 'resnet': did you mean 'resnet34'? known are mlp, cnn, cohen-fc, cohen-cnn, deep-linear, vgg11, resnet34, wide-resnet50-2, densenet121, vit")]
    [InlineData("seed: 1\nc: 1.5", "line 2: c must be a number between 0 and 1 (both excluded), not '1.5'")]
    [InlineData("delta: 1", "line 1: delta must be a number between 0 and 1 (both excluded), not '1'")]
    [InlineData("method: cdat\nsigma: 0", "line 2: sigma must be a number above 0, not '0'")]
    [InlineData("method: sam\nrho: -1", "line 2: rho must be a number above 0, not '-1'")]
    [InlineData("method: gd\neta: 0", "line 2: eta must be a number above 0, not '0'")]
    [InlineData("method: gd\neta: .inf", "line 2: eta must be a number above 0, not '.inf'")]
    [InlineData("method: gd\neta: NaN", "line 2: eta must be a number above 0, not 'NaN'")]
    [InlineData("method: gd\neta: fast", "line 2: eta must be a number above 0, not 'fast'")]
    [InlineData("iterations: 1.5", "line 1: iterations must be a whole number of at least 0, not '1.5'")]
    [InlineData("iterations: 99999999999999999999", "line 1: iterations must be a whole number of at least 0, not '99999999999999999999'")]
    [InlineData("count: 0", "line 1: count must be a whole number of at least 1, or 'all', not '0'")]
    [InlineData("widths: [64, 0]", "line 1: widths must be whole numbers of at least 1 joined by commas, not '64,0'")]
    [InlineData("widths: {a: 1}", "line 1: widths must be whole numbers of at least 1 joined by commas, not a mapping")]
    [InlineData("data: [mnist]", "line 1: data must be one of fashion-mnist, mnist, emnist-letters, cifar10, cifar100, svhn, folder, tensors, not a list")]
    [InlineData("device: gpu", "line 1: device must be cpu, cuda or cuda:N, not 'gpu'")]
    [InlineData("no-bias: maybe", "line 1: no-bias must be true or false, not 'maybe'")]
    [InlineData("out: ''", "line 1: out must be a folder, not empty")]
    [InlineData("method: gd\nc: 0.1", "line 2: c applies only where method is ls, nls, nls-ub or ponls; here it is gd")]
    [InlineData("memory: 5", "line 1: memory applies only where reference is grippo; here it is zhang-hager")]
    [InlineData("first: 5", "line 1: first applies only where subset is first; here it is stratified")]
    [InlineData("network: cnn\nwidths: [5]", "line 2: widths applies only where network is mlp, cohen-fc, cohen-cnn or deep-linear; here it is cnn")]
    [InlineData("ghost-batch-norm: true", "line 1: ghost-batch-norm applies only where batch-norm is true; here it is false")]
    [InlineData("min-eta: 10\nmax-eta: 1", "line 1: min-eta: min-eta (10) must not exceed max-eta (1)")]
    [InlineData("method: gd\nnesterov: true", "line 2: nesterov needs a momentum above 0; give one, e.g. momentum 0.9")]
    [InlineData("eigenvalues-above: 1.5/K", "line 1: eigenvalues-above must be a number, or a positive one over eta such as 1.5/eta, not '1.5/K'")]
    [InlineData("eigenvalues-above: -1/eta", "line 1: eigenvalues-above must be a number, or a positive one over eta such as 1.5/eta, not '-1/eta'")]
    [InlineData("eigenvalues-above: /eta", "line 1: eigenvalues-above must be a number, or a positive one over eta such as 1.5/eta, not '/eta'")]
    [InlineData("eigenvalues-above: NaN", "line 1: eigenvalues-above must be a number, or a positive one over eta such as 1.5/eta, not 'NaN'")]
    [InlineData("eigenvalues: 60\neigenvalues-most: 20", "line 2: eigenvalues-most (20) must be at least eigenvalues (60)")]
    [InlineData("method: gd\npreconditioned: true", "line 2: preconditioned applies only where method is rmsprop or adam; here it is gd")]
    [InlineData("measure-at: mid", "line 1: measure-at: unknown measure-at 'mid': did you mean 'midpoints'? known are iterates, midpoints")]
    [InlineData("- method", "line 1: a specification is one mapping of fields, e.g. 'method: nls'")]
    public void Bad_yaml_gives_one_line_that_says_where(string yaml, string expected)
    {
        BrinkException error = Assert.Throws<BrinkException>(() => Specification.FromYaml(yaml));
        Assert.Equal(expected, error.Message);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("method: nls\nmethod: gd")]
    [InlineData("a: &x [*x]")]
    [InlineData("method: nls\n---\nmethod: gd")]
    public void Text_that_is_not_one_mapping_is_refused_in_one_line(string yaml)
    {
        BrinkException error = Assert.Throws<BrinkException>(() => Specification.FromYaml(yaml, "spec.yaml"));
        Assert.StartsWith("spec.yaml, line ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("""{"c": "0.1"}""", "spec.json: c must be a number between 0 and 1 (both excluded), not \"0.1\"")]
    [InlineData("""{"iterations": true}""", "spec.json: iterations must be a whole number of at least 0, not true")]
    [InlineData("""{"widths": "100"}""", "spec.json: widths must be whole numbers of at least 1 joined by commas, not \"100\"")]
    [InlineData("""{"widths": []}""", "spec.json: widths must be whole numbers of at least 1 joined by commas, not empty")]
    [InlineData("""{"count": "100"}""", "spec.json: count must be a whole number of at least 1, or 'all', not \"100\"")]
    [InlineData("""{"out": 3}""", "spec.json: out must be a folder, not 3")]
    [InlineData("""{"Method": "nls"}""", "spec.json: Method: a specification has no such field; did you mean 'method'?")]
    [InlineData("""["nls"]""", "spec.json: a specification is one JSON object, e.g. {\"method\": \"nls\"}")]
    public void Bad_json_gives_one_line(string json, string expected)
    {
        BrinkException error = Assert.Throws<BrinkException>(() => Specification.FromJson(json, "spec.json"));
        Assert.Equal(expected, error.Message);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"method": "nls", "method": "gd"}""")]
    public void Text_that_is_not_json_is_refused_in_one_line(string json)
    {
        BrinkException error = Assert.Throws<BrinkException>(() => Specification.FromJson(json, "spec.json"));
        Assert.StartsWith("spec.json: not valid JSON: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_null_counts_as_not_given()
    {
        Assert.Empty(Specification.FromYaml("until-loss:\nout: ~\nmethod: null").Given);
        Assert.Empty(Specification.FromJson("""{"until-loss": null}""").Given);
        Assert.Empty(Specification.FromYaml("").Given);
    }

    [Fact]
    public void All_samples_are_a_word_in_every_form()
    {
        Specification s = Specification.FromYaml("count: all");
        Assert.Equal(0, s.Count);
        Assert.Equal("count: all\n", s.ToYaml());
        using JsonDocument json = JsonDocument.Parse(s.ToJson());
        Assert.Equal("all", json.RootElement.GetProperty("count").GetString());
        Assert.Equal(s, Specification.FromJson(s.ToJson()));
    }

    [Theory]
    [InlineData("1.5/eta", "1.5/eta", 15.0)]
    [InlineData("+2.50/eta", "2.5/eta", 25.0)]
    [InlineData("40", "40", 40.0)]
    [InlineData("-.5e1", "-5", -5.0)]
    public void A_threshold_of_the_spectrum_is_a_number_or_one_over_eta(string text, string written, double at)
    {
        Specification s = Specification.FromYaml($"eigenvalues-above: {text}");
        Assert.Equal(at, s.EigenvaluesAbove!.Value.At(0.1)!.Value, 1e-12);
        Assert.Equal($"eigenvalues-above: {written}\n", s.ToYaml());
        Assert.Equal(s, Specification.FromJson(s.ToJson()));
        Assert.Equal(text.EndsWith("eta", StringComparison.Ordinal), s.EigenvaluesAbove!.Value.At(null) is null);
    }

    [Fact]
    public void Eigenvalues_follow_sharpness_unless_told_otherwise()
    {
        Specification s = new() { SharpnessEvery = 20, SharpnessTolerance = 1e-5 };
        Assert.Equal((20, 1e-5, 50), (s.EigenvaluesEvery, s.EigenvaluesTolerance, s.EigenvaluesMost));
        Assert.Equal(100, new Specification { SharpnessEvery = 0 }.EigenvaluesEvery);
        Assert.Equal(80, new Specification { Eigenvalues = 80 }.EigenvaluesMost);
    }

    [Fact]
    public void A_later_value_wins_and_is_blamed()
    {
        SpecificationReader reader = new SpecificationReader(new Specification())
            .Set("method", "gd", "spec.yaml, line 1: method").Set("eta", "0.3", "spec.yaml, line 2: eta").Set("method", "nls", "--method");
        Assert.Equal(
            "spec.yaml, line 2: eta applies only where method is gd, sam, sgd, rmsprop, adam or central-flow; here it is nls",
            Assert.Throws<BrinkException>(reader.Read).Message);
        Assert.Equal("gd", reader.Set("method", "gd", "--method").Read().Method);
    }

    [Fact]
    public void Options_over_a_file_drop_what_they_make_meaningless_and_nothing_else()
    {
        SpecificationReader File() => new SpecificationReader(new Specification())
            .Set("method", "nls", "f: method").Set("reference", "grippo", "f: reference").Set("memory", "5", "f: memory").Set("c", "0.1", "f: c").Set("seed", "3", "f: seed").NextLayer();
        Assert.Equal(["method", "seed"], File().Set("method", "gd", "--method").Read().Given.Order(StringComparer.Ordinal));
        Assert.Equal(["c", "method", "reference", "seed"], File().Set("reference", "monotone", "--reference").Read().Given.Order(StringComparer.Ordinal));
        Assert.Equal(["c", "memory", "method", "reference", "seed"], File().Set("method", "nls-ub", "--method").Read().Given.Order(StringComparer.Ordinal));
        Assert.Equal(
            "--delta applies only where method is ls, nls, nls-ub or ponls; here it is gd",
            Assert.Throws<BrinkException>(() => File().Set("method", "gd", "--method").Set("delta", "0.9", "--delta").Read()).Message);
    }

    [Fact]
    public void Values_set_in_code_are_checked_too()
    {
        Assert.Throws<BrinkException>(new Specification { C = double.NaN }.Validate);
        Assert.Throws<BrinkException>(new Specification { Widths = [0] }.Validate);
        Assert.Throws<BrinkException>(new Specification { Widths = [] }.Validate);
        Assert.Throws<BrinkException>(new Specification { Method = "newton" }.Validate);
        Assert.Throws<BrinkException>(new Specification { Count = -1 }.Validate);
        new Specification { Method = "gd", Eta = 0.5 }.Validate();
    }

    [Theory]
    [InlineData("cuda", true)]
    [InlineData("cuda:1", true)]
    [InlineData("cpu", false)]
    public void What_is_about_a_gpu_applies_on_whichever_of_them(string device, bool applies)
    {
        Specification specification = new Specification().With("device", device);
        Assert.All(["cuda-graphs", "convolutions", "tf32"], name => Assert.Equal(applies, SpecificationFields.Find(name)!.AppliesTo(specification)));
        if (!applies)
        {
            Assert.Equal(
                "--tf32 applies only where device is cuda; here it is cpu",
                Assert.Throws<BrinkException>(() => new SpecificationReader(new Specification()).Set("tf32", "true", "--tf32").Read()).Message);
        }
    }

    [Fact]
    public void The_document_of_the_fields_is_current()
    {
        string path = RepositoryFile("docs/specification.md");
        if (Environment.GetEnvironmentVariable("BRINK_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, SpecificationDocument.Markdown());
        }

        Assert.Equal(SpecificationDocument.Markdown(), File.ReadAllText(path));
    }

    [Fact]
    public void A_list_given_is_a_copy()
    {
        int[] widths = [5, 6];
        Specification s = new() { Widths = widths };
        widths[0] = 9;
        Assert.Equal([5, 6], s.Widths);
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_line()
    {
        BrinkException error = Assert.Throws<BrinkException>(() => Specification.FromFile("no/such.yaml"));
        Assert.StartsWith("cannot read the specification no/such.yaml: ", error.Message, StringComparison.Ordinal);
    }

    private static string RepositoryFile(string relative)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Brink.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.SkipWhen(folder is null, "the tests do not run inside a checkout");
        return Path.Combine(folder!.FullName, relative);
    }
}
