using System.Diagnostics;

namespace Brink.Cli.Figures;

/// <summary>
/// Draws figures with gnuplot: a program of forty years that every distribution carries, whose cairo terminals make PNG
/// and PDF with real fonts. The script and the data stay beside the picture, so that a reader can restyle it.
/// </summary>
internal static class Gnuplot
{
    /// <summary>What to do where gnuplot is missing.</summary>
    internal const string HowToInstall = "install gnuplot (Debian: apt-get install gnuplot-nox; Fedora, Homebrew: gnuplot)";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Draws a figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="path">Folder and name of the pictures, without an ending; name.gp and the data are written beside them.</param>
    /// <param name="formats">Some of png, svg and pdf.</param>
    /// <returns>The pictures' paths, in the order of <paramref name="formats"/>.</returns>
    /// <exception cref="BrinkException">gnuplot is missing or refused; script and data are written all the same.</exception>
    internal static IReadOnlyList<string> Draw(Figure figure, string path, params IReadOnlyList<string> formats)
    {
        if (formats.FirstOrDefault(format => !GnuplotScript.Formats.Contains(format)) is { } unknown)
        {
            throw NearestName.Unknown("kind of picture", unknown, GnuplotScript.Formats);
        }

        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        string name = Path.GetFileName(full);
        Directory.CreateDirectory(folder);
        File.WriteAllText(full + ".gp", GnuplotScript.Write(figure, name, formats));
        WriteData(figure, full);
        Run(folder, "./" + name + ".gp");
        return [.. formats.Select(format => $"{full}.{format}")];
    }

    /// <summary>Draws figures as the pages of one PDF.</summary>
    /// <param name="pages">The figures, at least one, each with a name for its data.</param>
    /// <param name="folder">Where the script, pages.gp, and the data are written.</param>
    /// <param name="document">The PDF.</param>
    /// <exception cref="BrinkException">gnuplot is missing or refused; script and data are written all the same.</exception>
    internal static void DrawPages(IReadOnlyList<(string Name, Figure Figure)> pages, string folder, string document)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "pages.gp"), GnuplotScript.WritePages(pages, Path.GetRelativePath(folder, document)));
        foreach ((string name, Figure figure) in pages)
        {
            WriteData(figure, Path.Combine(folder, name));
        }

        Run(folder, "./pages.gp");
    }

    /// <summary>Whether the program can be started.</summary>
    internal static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, "gnuplot")));

    private static void WriteData(Figure figure, string path)
    {
        if (figure.Curves.Count > 0)
        {
            using StreamWriter data = File.CreateText(path + ".dat");
            GnuplotScript.WriteCurves(figure, data);
        }

        if (figure.Map is { } map)
        {
            File.WriteAllBytes(path + ".u8", map.Cells);
        }

        if (figure.Heat is { } heat)
        {
            File.WriteAllBytes(path + ".f32", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(heat.Values).ToArray());
        }
    }

    private static void Run(string folder, string script)
    {
        if (!IsInstalled)
        {
            throw new BrinkException($"the picture was not drawn, gnuplot is not here: {HowToInstall}, then run it on {Path.Combine(folder, Path.GetFileName(script))}");
        }

        using Process process = Process.Start(new ProcessStartInfo("gnuplot", ["-d", script])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
        process.StandardInput.Close();
        Task<string> said = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new BrinkException($"gnuplot did not finish {script} within {s_patience.TotalMinutes:0} minutes");
        }

        if (process.ExitCode != 0)
        {
            string[] lines = said.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            throw new BrinkException($"gnuplot could not draw {Path.Combine(folder, Path.GetFileName(script))}: {(lines.Length > 0 ? lines[^1] : $"code {process.ExitCode}")}");
        }
    }
}
