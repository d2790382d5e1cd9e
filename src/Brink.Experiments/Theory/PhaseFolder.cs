using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Brink.Theory.Sweeps;

namespace Brink.Experiments.Theory;

/// <summary>
/// A phase diagram on disk: diagram.json says what it is, cells.npy holds one record of 10 bytes a cell, row by row, the
/// first value of y first (<c>numpy.load</c> reads it as a structured array). The file has its full size from the start, and
/// a cell that is not computed is all zero: a diagram cut short at any instant is read as it lies, and the next call goes on
/// with the lines that are not complete.
/// </summary>
public sealed class PhaseFolder : IDisposable
{
    /// <summary>Names and types of a cell's fields, as NumPy writes them.</summary>
    public const string RecordType = "[('regime', '|u1'), ('period', '|u1'), ('exponent', '<f4'), ('edge_product', '<f4')]";

    private const int RecordBytes = 10;
    private const int Alignment = 64;

    private readonly ParameterPlane _plane;
    private readonly FileStream _file;
    private readonly long _begin;

    private PhaseFolder(string path, ParameterPlane plane, FileStream file, long begin, OrbitSummary[] cells) =>
        (Path, _plane, _file, _begin, Cells) = (path, plane, file, begin, cells);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>All cells, row by row.</summary>
    public OrbitSummary[] Cells { get; }

    /// <summary>Lines that are not complete.</summary>
    public int[] MissingLines() =>
        [.. Enumerable.Range(0, _plane.Lines).Where(line => Enumerable.Range(0, _plane.CellsPerLine).Any(cell => Cells[_plane.Place(line, cell)].Regime == Regime.None))];

    /// <summary>Opens a folder, new or with the same diagram in it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="plane">The parameters.</param>
    /// <param name="rules">The rules.</param>
    /// <returns>The folder, whose cells are those computed before.</returns>
    /// <exception cref="BrinkException">It holds another diagram, or something else.</exception>
    public static PhaseFolder Open(string path, ParameterPlane plane, OrbitRules rules)
    {
        ArgumentNullException.ThrowIfNull(plane);
        Directory.CreateDirectory(path);
        string description = System.IO.Path.Combine(path, "diagram.json");
        string wanted = PhaseDescription.Of(plane, rules).ToJson();
        if (!File.Exists(description))
        {
            File.WriteAllText(description + ".tmp", wanted);
            File.Move(description + ".tmp", description);
        }
        else if (File.ReadAllText(description) is var there && there != wanted)
        {
            string difference = wanted.Split('\n').Zip(there.Split('\n')).FirstOrDefault(lines => lines.First != lines.Second).Second?.Trim() ?? "it is shorter";
            throw new BrinkException($"{path} holds another diagram ({difference.TrimEnd(',')}); give another folder, or the same parameters to go on with it");
        }

        byte[] header = Header(plane.Y.Count, plane.X.Count);
        var file = new FileStream(System.IO.Path.Combine(path, "cells.npy"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var cells = new OrbitSummary[plane.X.Count * plane.Y.Count];
            byte[] found = new byte[header.Length];
            bool complete = file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && found.AsSpan().SequenceEqual(header);
            if (complete)
            {
                // A file that ends early leaves its last cells to be computed, also the one that it ends in: on the disk as
                // well, or who opens it next takes that cell, filled up with zeros, for a whole one.
                int whole = file.ReadAtLeast(MemoryMarshal.AsBytes(cells.AsSpan()), cells.Length * RecordBytes, throwOnEndOfStream: false) / RecordBytes;
                cells.AsSpan(whole).Clear();
                file.SetLength(header.Length + ((long)whole * RecordBytes));
            }
            else
            {
                file.SetLength(0);
                file.Write(header);
            }

            file.SetLength(header.Length + ((long)cells.Length * RecordBytes));
            return new PhaseFolder(path, plane, file, header.Length, cells);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="summaries">Its cells.</param>
    public void Write(int line, ReadOnlySpan<OrbitSummary> summaries)
    {
        for (int cell = 0; cell < summaries.Length; cell++)
        {
            Cells[_plane.Place(line, cell)] = summaries[cell];
        }

        bool together = summaries.Length < 2 || _plane.Place(line, 1) == _plane.Place(line, 0) + 1;
        for (int cell = 0; cell < summaries.Length; cell += together ? summaries.Length : 1)
        {
            _file.Position = _begin + ((long)_plane.Place(line, cell) * RecordBytes);
            _file.Write(MemoryMarshal.AsBytes(together ? summaries : summaries.Slice(cell, 1)));
        }

        _file.Flush();
    }

    /// <summary>Writes cells.csv, one line a cell that has been computed.</summary>
    /// <returns>The file.</returns>
    public string WriteCsv()
    {
        string path = System.IO.Path.Combine(Path, "cells.csv");
        using StreamWriter csv = File.CreateText(path);
        csv.Write($"{_plane.X.Parameter},{_plane.Y.Parameter},regime,period,exponent,edge_product\n");
        for (int place = 0; place < Cells.Length; place++)
        {
            OrbitSummary cell = Cells[place];
            if (cell.Regime != Regime.None)
            {
                (int row, int column) = Math.DivRem(place, _plane.X.Count);
                csv.Write($"{_plane.X.Value(column):R},{_plane.Y.Value(row):R},{cell.Regime.ToString().ToLowerInvariant()},{cell.Period},{Finite(cell.Exponent)},{Finite(cell.EdgeProduct)}\n");
            }
        }

        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Finite(float value) => float.IsFinite(value) ? value.ToString("R") : float.IsNegativeInfinity(value) ? "-inf" : string.Empty;

    /// <summary>The header of NumPy's format, version 1.0.</summary>
    private static byte[] Header(int rows, int columns)
    {
        string dictionary = $"{{'descr': {RecordType}, 'fortran_order': False, 'shape': ({rows}, {columns}), }}";
        int length = ((10 + dictionary.Length + 1 + Alignment - 1) / Alignment * Alignment) - 10;
        byte[] header = new byte[10 + length];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(dictionary.PadRight(length - 1) + "\n").CopyTo(header, 10);
        return header;
    }
}
