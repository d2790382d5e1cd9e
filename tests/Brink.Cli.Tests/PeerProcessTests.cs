using Brink.Cli.Bench;

namespace Brink.Cli.Tests;

/// <summary>The peer process against small scripts that stand in for the peer, and against the peer itself.</summary>
public sealed class PeerProcessTests : IDisposable
{
    private const string MemoryAnswer = """{"ok":true,"rss_bytes":1,"peak_rss_bytes":2}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    private readonly string folder = Directory.CreateTempSubdirectory("brink-peer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_answer_is_read_field_by_field()
    {
        using PeerProcess peer = StartScript("""read line; echo '{"ok":true,"op":"overhead","add_ns":2500.5,"linear_ns":6000,"calls":10}'""");
        Assert.Equal(new PeerOverhead(2500.5, 6000), peer.Ask<PeerOverhead>("overhead", Patience, ("calls", 10)));
    }

    [Fact]
    public void A_request_is_one_line_of_JSON_with_the_named_fields()
    {
        using PeerProcess peer = StartScript($"""read -r line; printf '%s' "$line" > {folder}/request; echo '{MemoryAnswer}'""");
        peer.Ask<PeerMemory>("nls", Patience, ("method", "nls-ub"), ("iterations", 3));
        Assert.Equal("""{"op":"nls","method":"nls-ub","iterations":3}""", File.ReadAllText(Path.Combine(folder, "request")));
    }

    [Fact]
    public void Losses_that_are_not_finite_arrive_as_null()
    {
        using PeerProcess peer = StartScript("""read line; echo '{"ok":true,"loss":[0.5,null],"grad_norm":[1,null],"step_size":[2,1],"backtracks":[0,1],"function_evaluations":[3,4],"seconds":[0.1,0.2]}'""");
        PeerIterations iterations = peer.Ask<PeerIterations>("nls", Patience);
        Assert.Equal([0.5, null], iterations.Loss);
        Assert.Equal([3, 4], iterations.FunctionEvaluations);
    }

    [Fact]
    public void A_refusal_becomes_one_line_that_keeps_the_peers_words_and_the_peer_goes_on()
    {
        using PeerProcess peer = StartScript($$"""read line; echo '{"ok":false,"op":"setup","error":"unknown network"}'; read line; echo '{{MemoryAnswer}}'""");
        BrinkException error = Assert.Throws<BrinkException>(() => peer.Ask<PeerSetup>("setup", Patience));
        Assert.Equal("the peer cannot 'setup': unknown network", error.Message);
        Assert.Equal(new PeerMemory(1, 2), peer.Ask<PeerMemory>("rss", Patience));
    }

    [Fact]
    public void A_peer_that_dies_is_reported_with_its_status_and_last_words()
    {
        using PeerProcess peer = StartScript("read line; echo first >&2; echo 'MemoryError' >&2; exit 7");
        BrinkException error = Assert.Throws<BrinkException>(() => peer.Ask<PeerMemory>("gradient", Patience));
        Assert.Equal("the peer ended at 'gradient' with status 7; it last said: MemoryError", error.Message);
    }

    [Fact]
    public void A_peer_without_PyTorch_says_so_even_when_it_ends_before_it_is_asked()
    {
        using PeerProcess peer = StartScript("""echo '{"ok":false,"op":"start","error":"no torch; install python3-torch"}'; exit 3""");
        Thread.Sleep(300);
        BrinkException error = Assert.Throws<BrinkException>(() => peer.Hello(Patience));
        Assert.Equal("the peer cannot 'hello': no torch; install python3-torch", error.Message);
    }

    [Fact]
    public void A_peer_without_SciPy_is_refused_with_what_to_install()
    {
        using PeerProcess peer = StartScript("""read line; echo '{"ok":true,"python":"3","executable":"/x/python","torch":"1","numpy":"1","scipy":null,"libtorch":[],"blas":[],"allocator":[],"threads":1,"cores":1,"device":"cpu"}'""");
        BrinkException error = Assert.Throws<BrinkException>(() => peer.Hello(Patience));
        Assert.Contains("/x/python, has no scipy; install python3-scipy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_is_late_is_ended()
    {
        using PeerProcess peer = StartScript($"echo $$ > {folder}/pid; read line; exec sleep 600");
        BrinkException error = Assert.Throws<BrinkException>(() => peer.Ask<PeerMemory>("rss", TimeSpan.FromSeconds(2)));
        Assert.Equal("the peer did not answer 'rss' within 2 seconds and was ended", error.Message);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(Path.Combine(folder, "pid")).Trim()}"));
        Assert.Throws<ObjectDisposedException>(() => peer.Ask<PeerMemory>("rss", Patience));
    }

    [Fact]
    public void What_is_not_of_the_protocol_is_shown()
    {
        using PeerProcess peer = StartScript("read line; echo 'Segmentation fault'; read line; echo '[1]'");
        BrinkException first = Assert.Throws<BrinkException>(() => peer.Ask<PeerMemory>("rss", Patience));
        Assert.Equal("the peer's answer to 'rss' is not of the protocol: Segmentation fault", first.Message);
        BrinkException second = Assert.Throws<BrinkException>(() => peer.Ask<PeerMemory>("rss", Patience));
        Assert.Equal("the peer's answer to 'rss' is not of the protocol: [1]", second.Message);
    }

    [Fact]
    public void The_peer_gets_our_threads_and_none_of_our_allocator()
    {
        Environment.SetEnvironmentVariable("MALLOC_ARENA_MAX", "1");
        try
        {
            using PeerProcess peer = StartScript($"""read line; echo "$OMP_NUM_THREADS $OPENBLAS_NUM_THREADS [$MALLOC_ARENA_MAX$LD_PRELOAD]" > {folder}/environment; echo '{MemoryAnswer}'""", threads: 3);
            peer.Ask<PeerMemory>("rss", Patience);
            Assert.Equal("3 3 []", File.ReadAllText(Path.Combine(folder, "environment")).Trim());
        }
        finally
        {
            Environment.SetEnvironmentVariable("MALLOC_ARENA_MAX", null);
        }
    }

    [Fact]
    public void An_interpreter_that_cannot_be_run_is_named()
    {
        BrinkException error = Assert.Throws<BrinkException>(() => PeerProcess.Start("/no/such/python", "peer.py", 1));
        Assert.Contains("/no/such/python", error.Message, StringComparison.Ordinal);
        Assert.Contains(PeerProcess.PythonVariable, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_peer_introduces_itself_and_explains_a_bad_request()
    {
        string python = PeerProcess.FindPython();
        using PeerProcess peer = PeerProcess.Start(python, PeerProcess.FindScript(), 1);
        PeerHello hello;
        try
        {
            hello = peer.Hello(Patience);
        }
        catch (BrinkException absent) when (absent.Message.Contains("install", StringComparison.Ordinal))
        {
            Assert.Skip(absent.Message);
            return;
        }

        Assert.NotEmpty(hello.Blas);
        Assert.Empty(hello.Allocator);
        Assert.Contains(hello.Libtorch, path => path.Contains("libtorch_cpu", StringComparison.Ordinal));
        BrinkException early = Assert.Throws<BrinkException>(() => peer.Ask<PeerGradient>("gradient", Patience));
        Assert.Equal("the peer cannot 'gradient': no problem yet: send setup first", early.Message);
        BrinkException unknown = Assert.Throws<BrinkException>(() => peer.Ask<PeerMemory>("grdient", Patience));
        Assert.StartsWith("the peer cannot 'grdient': unknown op 'grdient'; known: hello, setup", unknown.Message, StringComparison.Ordinal);
    }

    private PeerProcess StartScript(string body, int threads = 1)
    {
        string script = Path.Combine(folder, "peer.sh");
        File.WriteAllText(script, body + "\n");
        return PeerProcess.Start("/bin/bash", script, threads);
    }
}
