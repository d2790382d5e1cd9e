using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Data;
using Brink.Networks;
using Brink.Torch.Nn;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary><c>brink networks</c>: which networks there are, and how many parameters they have.</summary>
internal static class NetworksCommand
{
    private static readonly (NetworkVariants Variant, string Field)[] s_variants =
    [
        (NetworkVariants.Widths, "widths"), (NetworkVariants.Activation, "activation"), (NetworkVariants.Pooling, "pooling"),
        (NetworkVariants.BatchNorm, "batch-norm"), (NetworkVariants.Bias, "no-bias"),
    ];

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "A network whose parameters are listed one by one", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string?>("--data") { Description = "Data set that gives channels, size and classes", HelpName = "name" };
        var channels = new Option<int?>("--channels") { Description = "Channels of the images (default 3)", HelpName = "n" };
        var size = new Option<int?>("--size") { Description = "Height and width of the images in pixels (default 32)", HelpName = "n" };
        var classes = new Option<int?>("--classes") { Description = "Number of classes (default 10)", HelpName = "K" };
        var batchNorm = new Option<bool>("--batch-norm") { Description = "With batch normalisation, where that is a choice" };
        var noBias = new Option<bool>("--no-bias") { Description = "Without biases, where that is a choice" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            "networks",
            "List the networks with their numbers of parameters, or one network's parameters with their shapes.",
            "brink networks --data fashion-mnist",
            "brink networks resnet34 --classes 100")
        { name, data, channels, size, classes, batchNorm, noBias, json };
        command.SetWork((parsed, _) =>
        {
            ImageSetTraits? traits = parsed.GetValue(data) is { } set ? Traits(set) : null;
            var options = new NetworkOptions
            {
                Channels = parsed.GetValue(channels) ?? traits?.Channels ?? 3,
                Height = parsed.GetValue(size) ?? traits?.Height ?? 32,
                Width = parsed.GetValue(size) ?? traits?.Width ?? 32,
                Classes = parsed.GetValue(classes) ?? traits?.Classes ?? 10,
                BatchNorm = parsed.GetValue(batchNorm),
                Bias = !parsed.GetValue(noBias),
            };
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(name) is { } one)
            {
                Describe(one, options, parsed.GetValue(json), output);
            }
            else
            {
                List(options, parsed.GetValue(json), output);
            }

            return 0;
        });
        return command;
    }

    private static ImageSetTraits Traits(string name) =>
        DataCatalogue.All.FirstOrDefault(set => set.Name == name)?.Traits
        ?? throw NearestName.Unknown("data", name, [.. DataCatalogue.All.Select(set => set.Name)]);

    private static void List(NetworkOptions options, bool json, TextWriter output)
    {
        (NetworkArchitecture Architecture, long? Count, string? Problem)[] rows = [.. NetworkCatalogue.All.Select(architecture => Count(architecture, options))];
        if (json)
        {
            JsonText.Write(output, rows.Select(row => new
            {
                row.Architecture.Name,
                Parameters = row.Count,
                row.Problem,
                row.Architecture.Summary,
                row.Architecture.DefaultWidths,
                Fields = Fields(row.Architecture),
            }));
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("network").AddColumn(new TableColumn("parameters").RightAligned()).AddColumn("what it is").AddColumn("fields");
        foreach ((NetworkArchitecture architecture, long? count, string? problem) in rows)
        {
            string widths = architecture.DefaultWidths.Count == 0 ? string.Empty : $" ({string.Join(",", architecture.DefaultWidths)})";
            table.AddRow(
                architecture.Name, count is { } number ? $"{number:N0}" : "–", Markup.Escape((problem ?? architecture.Summary) + widths), string.Join(" ", Fields(architecture)));
        }

        output.WriteLine($"for images of {options.Channels}×{options.Height}×{options.Width} and {options.Classes} classes");
        ProgressDisplay.ConsoleOf(output).Write(table);
        output.WriteLine("any other: a TorchScript file, --network model.pt");
    }

    private static void Describe(string name, NetworkOptions options, bool json, TextWriter output)
    {
        NetworkArchitecture architecture = NetworkCatalogue.Find(name) ?? throw NearestName.Unknown("network", name, NetworkCatalogue.Names);
        Module network = architecture.Create(WithWidths(architecture, options));
        var layout = new ParameterLayout(network);
        if (json)
        {
            JsonText.Write(output, new { architecture.Name, Parameters = layout.Count, Places = layout.Places });
            return;
        }

        foreach (ParameterPlace place in layout.Places)
        {
            output.WriteLine($"{place.Name}  {string.Join('×', place.Shape)}");
        }

        output.WriteLine($"{layout.Count:N0} parameters");
    }

    private static (NetworkArchitecture Architecture, long? Count, string? Problem) Count(NetworkArchitecture architecture, NetworkOptions options)
    {
        options.Check();
        try
        {
            return (architecture, architecture.Create(WithWidths(architecture, options)).ParameterCount, null);
        }
        catch (BrinkException failure)
        {
            return (architecture, null, failure.Message);
        }
    }

    private static NetworkOptions WithWidths(NetworkArchitecture architecture, NetworkOptions options) =>
        options with { Widths = architecture.DefaultWidths };

    private static string[] Fields(NetworkArchitecture architecture) =>
        [.. s_variants.Where(entry => architecture.Variants.HasFlag(entry.Variant)).Select(entry => entry.Field)];
}
