using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests.Training;

/// <summary>
/// A real Slurm of one node, with its own configuration, ports and state in a temporary folder. Where it cannot be started, the
/// tests are skipped with the reason.
/// </summary>
public sealed class SlurmTestCluster : IDisposable
{
    /// <summary>Most elements of an array: fewer than the runs of a sweep, so that it takes several arrays.</summary>
    internal const int MaxArraySize = 5;

    private readonly string _root = Directory.CreateTempSubdirectory("brink-slurm-").FullName;
    private readonly List<Process> _daemons = [];
    private readonly List<string> _said = [];

    public SlurmTestCluster()
    {
        try
        {
            Begin();
        }
        catch (Exception error) when (error is Win32Exception or IOException or SocketException)
        {
            Unavailable = $"no Slurm could be started ({error.Message}); apt-get install slurm-wlm";
        }
    }

    /// <summary>Why there is none; null where there is.</summary>
    internal string? Unavailable { get; private set; }

    /// <summary>What a program needs to find it.</summary>
    internal (string Name, string? Value)[] Environment => [("SLURM_CONF", Configuration)];

    private string Configuration => Path.Combine(_root, "slurm.conf");

    /// <summary>Runs one of Slurm's commands.</summary>
    internal (int Code, string Output) Call(string program, params string[] words)
    {
        ProcessStartInfo start = new(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["SLURM_CONF"] = Configuration;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (Unavailable is null)
        {
            Call("scancel", "--me", "--full", "--signal=KILL");
            Call("scancel", "--me");

            // The processes that look after a job outlive a node's daemon until they have told the controller of its end.
            var watch = Stopwatch.StartNew();
            while (Call("squeue", "--me", "--noheader").Output.Length > 0 && watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                Thread.Sleep(200);
            }
        }

        foreach (Process daemon in _daemons)
        {
            if (!daemon.HasExited)
            {
                using Process kill = Process.Start("kill", ["-s", "TERM", daemon.Id.ToString()]);
                kill.WaitForExit();
                if (!daemon.WaitForExit(TimeSpan.FromSeconds(15)))
                {
                    daemon.Kill();
                }
            }

            daemon.Dispose();
        }

        TemporaryFolder.Remove(_root);
    }

    private void Begin()
    {
        Directory.CreateDirectory(Path.Combine(_root, "state"));
        Directory.CreateDirectory(Path.Combine(_root, "spool"));
        (int controller, int node) = (FreePort(), FreePort());
        string user = System.Environment.UserName;
        string host = Dns.GetHostName().Split('.')[0];
        File.WriteAllText(Configuration, $"""
            ClusterName=brink
            SlurmctldHost=localhost
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/none
            CredType=cred/none
            SlurmctldPort={controller}
            SlurmdPort={node}
            StateSaveLocation={_root}/state
            SlurmdSpoolDir={_root}/spool
            SlurmctldPidFile={_root}/slurmctld.pid
            SlurmdPidFile={_root}/slurmd.pid
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SlurmdParameters=config_overrides
            AccountingStorageType=accounting_storage/none
            JobAcctGatherType=jobacct_gather/none
            MpiDefault=none
            MailProg=/bin/true
            ReturnToService=2
            MaxArraySize={MaxArraySize}
            NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 Port={node} CPUs=3 RealMemory=4000 State=UNKNOWN
            PartitionName=main Nodes=node Default=YES MaxTime=INFINITE State=UP

            """);
        StartDaemon("slurmctld");
        StartDaemon("slurmd", "-N", "node");
        var watch = Stopwatch.StartNew();
        while (!Call("sinfo", "--noheader", "--format=%t").Output.StartsWith("idle", StringComparison.Ordinal))
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(1) || _daemons.Exists(daemon => daemon.HasExited))
            {
                lock (_said)
                {
                    Unavailable = $"Slurm did not start: {_said.LastOrDefault(line => line.Contains("error", StringComparison.Ordinal) || line.Contains("fatal", StringComparison.Ordinal)) ?? "its node was not idle within a minute"}";
                }

                return;
            }

            Thread.Sleep(200);
        }
    }

    private void StartDaemon(string name, params string[] words)
    {
        // Debian keeps daemons where a user's PATH does not look.
        string path = File.Exists("/usr/sbin/" + name) ? "/usr/sbin/" + name : name;
        var process = Process.Start(new ProcessStartInfo(path, ["-D", "-f", Configuration, .. words]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _daemons.Add(process);

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (_said)
            {
                _said.Add(line.Data ?? string.Empty);
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
