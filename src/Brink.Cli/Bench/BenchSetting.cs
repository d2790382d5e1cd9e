using System.Runtime.InteropServices;
using Brink.Experiments;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Cli.Bench;

/// <summary>
/// One problem on both sides: the same images, start weights, loss and threads, handed to the peer through files of a
/// temporary folder.
/// </summary>
internal sealed class BenchSetting : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("brink-bench-").FullName;
    private readonly PeerProcess _peer;
    private readonly Tensor _start;
    private int _files;

    internal BenchSetting(PeerProcess peer, Specification specification, Action<string> note)
    {
        _peer = peer;
        Problem = NetworkProblem.Create(specification, note);
        _start = Problem.StartWeights();
        string inputs = Path.Combine(_folder, "inputs");
        string labels = Path.Combine(_folder, "labels");
        using (FileStream inputFile = File.Create(inputs))
        using (FileStream labelFile = File.Create(labels))
        {
            for (int k = 0; k < Problem.Objective.Batches.Count; k++)
            {
                inputFile.Write(Problem.Objective.Batches.Inputs(k).ToBytes());
                labelFile.Write(MemoryMarshal.AsBytes(Problem.Objective.Batches.Labels(k).ToArray<long>().AsSpan()));
            }
        }

        Ask<PeerSetup>(
            "setup", ("network", specification.Network), ("activation", specification.Activation), ("data", specification.Data), ("inputs", inputs), ("labels", labels),
            ("count", Problem.Objective.Samples), ("init", WriteWeights(_start)), ("loss", specification.Loss), ("dtype", Problem.Specification.Dtype),
            ("threads", Problem.Specification.Threads), ("device", Problem.Device.ToString()), ("convolutions", Problem.Specification.Convolutions));
    }

    internal NetworkProblem Problem { get; }

    /// <summary>A copy of the start weights.</summary>
    internal Tensor Start() => _start.Clone().Unscoped();

    internal T Ask<T>(string op, params ReadOnlySpan<(string Name, object Value)> fields) => _peer.Ask<T>(op, s_patience, fields);

    /// <summary>Writes weights where the peer can read them.</summary>
    /// <returns>The file.</returns>
    internal string WriteWeights(Tensor weights)
    {
        string file = Path.Combine(_folder, $"weights-{_files++}.safetensors");
        using var scope = new TensorScope();
        SafeTensorsFile.Write(file, WeightFile.Entries(weights, Problem.Layout), new Dictionary<string, string>());
        return file;
    }

    public void Dispose()
    {
        _start.Dispose();
        Problem.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
