using System.Runtime.InteropServices;
using Brink.Experiments.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Experiments.Tests.Theory;

public sealed class PhaseFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brink-phase-").FullName;
    private readonly OrbitRules _rules = new() { Steps = 200, Window = 100, LongestPeriod = 8 };

    [Theory]
    [InlineData("eta:0.5:2:7", "ratio:1:4:5", new[] { 2, 3, 4 })]
    [InlineData("depth:1:4:4", "eta:0.1:2:6", new[] { 0, 1, 2, 3 })]
    public void A_diagram_cut_short_goes_on_to_the_same_bytes(string x, string y, int[] missing)
    {
        ParameterPlane plane = Plane(x, y);
        string whole = Path.Combine(_folder, "whole");
        string parts = Path.Combine(_folder, "parts");
        Run(plane, whole, int.MaxValue);
        Run(plane, parts, 2);

        // Torn in the middle of a line, as by a kill: the file ends there.
        string file = Path.Combine(parts, "cells.npy");
        using (FileStream torn = File.OpenWrite(file))
        {
            torn.SetLength(torn.Length - (3 * 10) - 4);
        }

        using (PhaseFolder between = PhaseFolder.Open(parts, plane, _rules))
        {
            // Lost are the last three cells and the one before, which is torn: part of a row that was not computed yet, or
            // the end of each of the four columns.
            Assert.Equal(missing, between.MissingLines());
        }

        Run(plane, parts, int.MaxValue);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "cells.npy")), File.ReadAllBytes(file));
    }

    [Fact]
    public void Another_diagram_is_not_written_over()
    {
        Run(Plane("eta:0.5:2:3", "ratio:1:4:2"), _folder, 1);
        BrinkException refused = Assert.Throws<BrinkException>(() => PhaseFolder.Open(_folder, Plane("eta:0.5:2.5:3", "ratio:1:4:2"), _rules));
        Assert.Contains("eta:0.5:2:3", refused.Message);
    }

    [Fact]
    public void The_file_is_NumPys_format()
    {
        ParameterPlane plane = Plane("eta:0.5:2:3", "ratio:1:4:2");
        Run(plane, _folder, int.MaxValue);
        byte[] file = File.ReadAllBytes(Path.Combine(_folder, "cells.npy"));
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        int header = 10 + BitConverter.ToUInt16(file, 8);
        Assert.Equal(0, header % 64);
        Assert.Contains("'shape': (2, 3)", System.Text.Encoding.ASCII.GetString(file, 10, header - 10));
        Assert.Equal(6 * 10, file.Length - header);
        OrbitSummary[] cells = MemoryMarshal.Cast<byte, OrbitSummary>(file.AsSpan(header)).ToArray();
        Assert.Equal(Regime.Converged, cells[0].Regime);
        Assert.Equal(1, cells[0].Period);
    }

    [Theory]
    [InlineData("eta:0.1:1", "write parameter:from:to:count")]
    [InlineData("eta:0.1:x:3", "write parameter:from:to:count")]
    [InlineData("eta:0:1:3:log", "positive")]
    [InlineData("eta:1:1:3", "differ")]
    [InlineData("eta:0:1:0", "count")]
    [InlineData("eta:NaN:1:3", "write parameter:from:to:count")]
    public void An_axis_that_is_none_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<BrinkException>(() => SweepAxis.Parse(text)).Message);

    [Fact]
    public void An_axis_ends_where_it_says()
    {
        SweepAxis axis = SweepAxis.Parse("eta:0.001:10:5:log");
        Assert.Equal([0.001, 0.01, 0.1, 1, 10], Enumerable.Range(0, 5).Select(axis.Value), (a, b) => Math.Abs(a - b) <= 1e-15 * a);
        Assert.Equal(10, axis.Value(4));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ParameterPlane Plane(string x, string y) =>
        new(SweptModel.All.Single(model => model.Name == "scalar"), SweepAxis.Parse(x), SweepAxis.Parse(y), new Dictionary<string, double>());

    private void Run(ParameterPlane plane, string path, int lines)
    {
        using PhaseFolder folder = PhaseFolder.Open(path, plane, _rules);
        PhaseSweep.Run(plane, _rules, 2, [.. folder.MissingLines().Take(lines)], (line, cells) => folder.Write(line, cells), CancellationToken.None);
    }
}
