using System.Diagnostics;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Cli.Bench;

/// <summary>
/// The bench's peer, <c>benchmarks/peer.py</c>, as a child process: one JSON request a line, one JSON answer a line
/// (docs/benchmarks.md lists them). It is started with the same number of threads as Brink and without Brink's
/// allocator, that is, as PyTorch runs by default.
/// </summary>
/// <remarks>Not thread-safe: the protocol is strictly one question, one answer.</remarks>
internal sealed class PeerProcess : IDisposable
{
    /// <summary>The environment variable that names the Python to run the peer with.</summary>
    internal const string PythonVariable = "BRINK_PEER_PYTHON";

    private const string DefaultPython = "/usr/bin/python3";
    private const int KeptErrorLines = 20;

    private static readonly string[] ThreadVariables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

    /// <summary>What the launcher sets to speed Brink up, and what would change the peer's default allocator.</summary>
    private static readonly string[] AllocatorPrefixes = ["LD_PRELOAD", "MALLOC_", "GLIBC_TUNABLES", "TCMALLOC_"];

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Process process;
    private readonly Queue<string> errorLines = new();
    private bool over;

    private PeerProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) => KeepErrorLine(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The Python to run the peer with: <c>BRINK_PEER_PYTHON</c>, else <c>/usr/bin/python3</c>.</summary>
    /// <returns>A path that exists.</returns>
    /// <exception cref="BrinkException">Neither is there.</exception>
    internal static string FindPython()
    {
        string? named = Environment.GetEnvironmentVariable(PythonVariable);
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? named
                : throw new BrinkException($"{PythonVariable} names '{named}', which is not a file; it must be the path of a Python that has torch and scipy");
        }

        return File.Exists(DefaultPython)
            ? DefaultPython
            : throw new BrinkException($"no Python for the peer: {DefaultPython} is not there; install python3-torch and python3-scipy, or set {PythonVariable}");
    }

    /// <summary>The peer's script, in the <c>benchmarks</c> folder of the repository this program was built in.</summary>
    /// <returns>A path that exists.</returns>
    /// <exception cref="BrinkException">No folder above the program holds it.</exception>
    internal static string FindScript() => Checkout.Find("benchmarks", "peer.py")
        ?? throw new BrinkException($"benchmarks/peer.py is in no folder above {AppContext.BaseDirectory}; run the bench from a clone of the repository");

    /// <summary>Starts a peer. It has said nothing yet; ask it <c>hello</c> first, which also tells whether PyTorch is there.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="script">The script.</param>
    /// <param name="threads">Threads for OpenMP and the BLAS, at least 1.</param>
    /// <returns>The running peer.</returns>
    /// <exception cref="BrinkException">The interpreter cannot be run.</exception>
    internal static PeerProcess Start(string python, string script, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var start = new ProcessStartInfo(python, [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string name in start.Environment.Keys.Where(IsAllocatorSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (string name in ThreadVariables)
        {
            start.Environment[name] = threads.ToString();
        }

        try
        {
            return new PeerProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new BrinkException($"the peer cannot be started: {python}: {error.Message}; set {PythonVariable} to a Python that has torch and scipy", error);
        }
    }

    /// <summary>Asks what the peer runs on, and checks that it can do all the bench needs.</summary>
    /// <param name="timeout">How long to wait; importing PyTorch from a cold disk takes tens of seconds.</param>
    /// <returns>The peer's description.</returns>
    /// <exception cref="BrinkException">PyTorch or SciPy is missing, or the peer failed.</exception>
    internal PeerHello Hello(TimeSpan timeout)
    {
        PeerHello hello = Ask<PeerHello>("hello", timeout);
        return hello.Scipy is null
            ? throw new BrinkException($"the peer's Python, {hello.Executable}, has no scipy; install python3-scipy, or set {PythonVariable} to a Python that has it")
            : hello;
    }

    /// <summary>Sends one request and waits for its answer.</summary>
    /// <typeparam name="T">The shape of the answer; fields it does not name are ignored.</typeparam>
    /// <param name="op">The operation.</param>
    /// <param name="timeout">How long to wait. A peer that is late is ended: its answer could no longer be told from the next.</param>
    /// <param name="fields">The request's other fields, by the protocol's names.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="BrinkException">The peer refused, was too late, ended, or answered something else; one line says which.</exception>
    internal T Ask<T>(string op, TimeSpan timeout, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        ObjectDisposedException.ThrowIf(over, this);
        var request = new Dictionary<string, object> { ["op"] = op };
        foreach ((string name, object value) in fields)
        {
            request[name] = value;
        }

        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(request, Format));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The peer has closed its end. What it said before, if anything, is read below and tells why.
        }

        return Parse<T>(op, ReadAnswer(op, timeout));
    }

    /// <summary>Ends the peer: politely at first, by force after two seconds.</summary>
    public void Dispose()
    {
        if (!over)
        {
            try
            {
                process.StandardInput.WriteLine("""{"op":"quit"}""");
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Gone already.
            }

            if (!process.WaitForExit(TimeSpan.FromSeconds(2)))
            {
                End();
            }
        }

        over = true;
        process.Dispose();
    }

    private static bool IsAllocatorSetting(string name) =>
        AllocatorPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private string ReadAnswer(string op, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            string? line = process.StandardOutput.ReadLineAsync(limit.Token).AsTask().GetAwaiter().GetResult();
            if (line is not null)
            {
                return line;
            }
        }
        catch (OperationCanceledException)
        {
            End();
            throw new BrinkException($"the peer did not answer '{op}' within {timeout.TotalSeconds:0.#} seconds and was ended");
        }

        // Waiting for the exit without a limit also waits for the last lines of standard error.
        process.WaitForExit();
        over = true;
        string said = LastErrorLine() is { } last ? $"; it last said: {last}" : string.Empty;
        throw new BrinkException($"the peer ended at '{op}' with status {process.ExitCode}{said}");
    }

    private static T Parse<T>(string op, string line)
    {
        try
        {
            using JsonDocument answer = JsonDocument.Parse(line);
            if (!answer.RootElement.GetProperty("ok").GetBoolean())
            {
                throw new BrinkException($"the peer cannot '{op}': {answer.RootElement.GetProperty("error").GetString()}");
            }

            return answer.Deserialize<T>(Format)!;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            string shown = line.Length <= 200 ? line : string.Concat(line.AsSpan(0, 200), "…");
            throw new BrinkException($"the peer's answer to '{op}' is not of the protocol: {shown}", error);
        }
    }

    private void End()
    {
        over = true;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private void KeepErrorLine(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (errorLines)
        {
            errorLines.Enqueue(line.Trim());
            if (errorLines.Count > KeptErrorLines)
            {
                errorLines.Dequeue();
            }
        }
    }

    private string? LastErrorLine()
    {
        lock (errorLines)
        {
            return errorLines.LastOrDefault();
        }
    }
}
