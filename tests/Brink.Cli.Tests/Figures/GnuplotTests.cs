using Brink.Cli.Figures;

namespace Brink.Cli.Tests.Figures;

public sealed class GnuplotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brink-figures-").FullName;

    [Fact]
    public void Curves_and_thresholds_come_out_in_every_format()
    {
        NeedGnuplot();
        double[] x = [.. Enumerable.Range(1, 200).Select(k => (double)k)];
        var figure = new Figure(new FigureAxis("iteration"), new FigureAxis("loss") { Logarithmic = true })
        {
            Curves =
            [
                new FigureCurve("L₁", x, [.. x.Select(k => Math.Exp(-k / 20))]),
                new FigureCurve("predicted", x, [.. x.Select(k => k > 100 ? double.NaN : Math.Exp(-k / 30))]) { Dashed = true },
            ],
            Thresholds = [new FigureThreshold(1e-3, "2/η"), new FigureThreshold(50, null, Vertical: true)],
        };
        IReadOnlyList<string> pictures = Gnuplot.Draw(figure, Path.Combine(_folder, "curves"), "png", "svg", "pdf");
        Assert.Equal("\u0089PNG", Start(pictures[0], 4));
        Assert.Contains("<svg", File.ReadAllText(pictures[1]));
        Assert.Equal("%PDF", Start(pictures[2], 4));
        Assert.Contains("predicted", File.ReadAllText(pictures[1]));
    }

    [Fact]
    public void A_map_on_a_logarithmic_axis_is_drawn_with_its_legend()
    {
        NeedGnuplot();
        byte[] cells = [.. Enumerable.Range(0, 60 * 40).Select(k => (byte)(k % 60 / 20))];
        var figure = new Figure(new FigureAxis("η") { Logarithmic = true }, new FigureAxis("α"))
        {
            Map = new CategoryMap([("converged", "#0072b2"), ("edge", "#e69f00"), ("diverged", "#999999")], 60, 40, cells, (0.01, 1), (0, 1)),
        };
        IReadOnlyList<string> pictures = Gnuplot.Draw(figure, Path.Combine(_folder, "map"), "svg", "png");
        string svg = File.ReadAllText(pictures[0]);
        Assert.Contains("edge", svg);

        // One file holds all: the cells are not a second file that gets lost.
        Assert.Contains("data:image/png;base64", svg);
    }

    [Theory]
    [InlineData("it's")]
    [InlineData("@GPVAL_VERSION and \"quoted\" `touch harm` \\")]
    [InlineData("'; system('touch harm'); set label 'x")]
    [InlineData("`touch harm`")]
    [InlineData("a_{b}^{c} \\ \" $x %d")]
    [InlineData("two\nlines; !touch harm")]
    public void Text_is_only_text(string text)
    {
        NeedGnuplot();
        var figure = new Figure(new FigureAxis(text), new FigureAxis(text))
        {
            Title = text,
            Curves = [new FigureCurve(text, [1, 2], [1, 2])],
            Thresholds = [new FigureThreshold(1.5, text)],
        };
        string svg = File.ReadAllText(Gnuplot.Draw(figure, Path.Combine(_folder, "text"), "svg")[0]);
        Assert.False(File.Exists(Path.Combine(_folder, "harm")));
        string shown = System.Net.WebUtility.HtmlDecode(svg);
        Assert.Contains(text.Replace('\n', ' '), shown);
    }

    [Fact]
    public void A_file_name_is_not_a_command()
    {
        NeedGnuplot();
        var figure = new Figure(new FigureAxis("x"), new FigureAxis("y")) { Curves = [new FigureCurve(null, [1, 2], [1, 2])] };
        string name = Path.Combine(_folder, "| touch harm");
        Assert.True(File.Exists(Gnuplot.Draw(figure, name, "svg")[0]));
        Assert.False(File.Exists(Path.Combine(_folder, "harm")));
    }

    [Fact]
    public void An_unknown_format_is_refused_with_those_there_are()
    {
        var figure = new Figure(new FigureAxis("x"), new FigureAxis("y"));
        BrinkException refused = Assert.Throws<BrinkException>(() => Gnuplot.Draw(figure, Path.Combine(_folder, "a"), "jpg"));
        Assert.Contains("png", refused.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Start(string file, int bytes) => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file), 0, bytes);

    private static void NeedGnuplot() => Assert.SkipUnless(Gnuplot.IsInstalled, Gnuplot.HowToInstall);
}
