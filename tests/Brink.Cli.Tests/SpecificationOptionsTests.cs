using System.CommandLine;
using Brink.Experiments;

namespace Brink.Cli.Tests;

public sealed class SpecificationOptionsTests
{
    [Fact]
    public void The_command_line_that_scripts_rely_on_is_read()
    {
        Specification s = Read("--data cifar10 --from DIR --split test --subset first --first 100 --count 400 --network mlp --widths 64,64,64 --loss ce --method nls --iterations 40 --sharpness-every 20 --dtype float64 --device cpu --init start.safetensors --seed 0 --out runs/x");
        Assert.Equal(("cifar10", "DIR", "test", "first", 100, 400), (s.Data, s.From, s.Split, s.Subset, s.First, s.Count));
        Assert.Equal([64, 64, 64], s.Widths);
        Assert.Equal(("mlp", "ce", "nls", 40L, 20), (s.Network, s.Loss, s.Method, s.Iterations, s.SharpnessEvery));
        Assert.Equal(("float64", "cpu", "start.safetensors", 0L, "runs/x"), (s.Dtype, s.Device, s.Init, s.Seed, s.Out));
    }

    [Fact]
    public void Every_field_is_an_option_and_its_example_is_read_as_in_a_file()
    {
        SpecificationOptions options = new();
        Assert.Equal(SpecificationFields.All.Select(f => "--" + f.Name), options.Options.Select(o => o.Name));
        foreach (SpecificationField field in SpecificationFields.All)
        {
            string context = string.Concat(field.Conditions.Where(c => c.Values.Count > 0).Select(c => $"--{c.Field} {c.Values[0]} "))
                + field.Name switch { "nesterov" => "--momentum 0.9 ", "mean" => "--standard-deviation 1,1,1 ", "standard-deviation" => "--mean 0,0,0 ", "batch-sharpness-every" => "--batch-size 64 ", _ => "" };
            Specification s = Read($"{context}--{field.Name} {field.Example}");
            Assert.Contains(field.Name, s.Given);
            Assert.Equal(s, Specification.FromYaml(s.ToYaml()));
            Assert.NotNull(options.GroupOf(options.Options.First(o => o.Name == "--" + field.Name)));
        }
    }

    [Fact]
    public void A_flag_stands_alone_or_with_its_value()
    {
        Assert.True(Read("--no-bias").NoBias);
        Assert.True(Read("--no-bias --seed 3").NoBias);
        Assert.True(Read("--no-bias true").NoBias);
        Assert.False(Read("--no-bias false").NoBias);
        Assert.Contains("no-bias", Read("--no-bias false").Given);
        Assert.Empty(Read("").Given);
    }

    [Fact]
    public void A_negative_number_is_a_value() => Assert.Equal(-1.5, Read("--method ponls --f-star -1.5").FStar);

    [Fact]
    public void Options_are_laid_over_a_file()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "method: nls\nc: 0.1\nseed: 4\n");
            Specification s = Read($"{file} --seed 5");
            Assert.Equal((0.1, 5L), (s.C, s.Seed));
            Assert.Equal(["method", "eta", "seed"], Read($"{file} --method gd --eta 0.5").Given);
            File.WriteAllText(file, "method: nls\nc: 2\n");
            Assert.Equal(
                $"{file}, line 2: c must be a number between 0 and 1 (both excluded), not '2'",
                Assert.Throws<BrinkException>(() => Read(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--method nsl", "--method: unknown method 'nsl': did you mean 'nls'? known are gd, warmup, ls, nls, nls-ub, ponls, cdat, sam, sgd, rmsprop, adam, flow, central-flow")]
    [InlineData("--c 1.5", "--c must be a number between 0 and 1 (both excluded), not '1.5'")]
    [InlineData("--method gd --eta 0", "--eta must be a number above 0, not '0'")]
    [InlineData("--method gd --rho 0.1", "--rho applies only where method is sam; here it is gd")]
    [InlineData("--widths 64,x", "--widths must be whole numbers of at least 1 joined by commas, not '64,x'")]
    public void A_bad_option_is_named_as_it_was_typed(string line, string expected) =>
        Assert.Equal(expected, Assert.Throws<BrinkException>(() => Read(line)).Message);

    private static Specification Read(string line)
    {
        SpecificationOptions options = new();
        Command command = new("train");
        options.AddTo(command);
        ParseResult parsed = command.Parse(line);
        Assert.Empty(parsed.Errors);
        return options.Read(parsed);
    }
}
