namespace Brink.Experiments.Tests.Ranks;

/// <summary>Ranks and addresses from what torchrun, srun and mpirun set.</summary>
public sealed class RankPlaceTests
{
    [Theory]
    [InlineData("")]
    [InlineData("RANK=1")]
    [InlineData("RANK=0 WORLD_SIZE=1 MASTER_ADDR=a")]
    [InlineData("SLURM_JOB_ID=7 SLURM_PROCID=0 SLURM_NTASKS=4")] // a batch script, which is no task of its own
    [InlineData("SLURM_JOB_ID=7 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1")]
    public void A_process_alone_has_no_place(string environment) => Assert.Null(Read(environment));

    [Fact]
    public void Torchrun_says_everything()
    {
        RankPlace place = Read("RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 MASTER_ADDR=node7 MASTER_PORT=1234 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=2")!;
        Assert.Equal(new RankPlace(5, 8, 1, 4, "node7", 1234, "torchrun"), place);
        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 4), place.Threads);
    }

    [Fact]
    public void Torchruns_agent_may_listen_at_the_port_itself()
    {
        const string environment = "RANK=0 WORLD_SIZE=2 MASTER_ADDR=node7 MASTER_PORT=29500 TORCHELASTIC_RESTART_COUNT=1 TORCHELASTIC_USE_AGENT_STORE=";
        Assert.Equal("/worker/attempt_1", Read(environment + "True")!.Prefix);
        Assert.Equal(string.Empty, Read(environment + "False")!.Prefix);
    }

    [Theory]
    [InlineData("gpu[03-07,12],login", "gpu03")]
    [InlineData("gpu[3,7]", "gpu3")]
    [InlineData("alpha,beta[1-2]", "alpha")]
    [InlineData("alpha", "alpha")]
    public void Srun_gives_the_step_its_first_host(string nodes, string first)
    {
        RankPlace place = Read($"SLURM_JOB_ID=1234 SLURM_STEP_ID=2 SLURM_PROCID=6 SLURM_STEP_NUM_TASKS=7 SLURM_LOCALID=0 SLURM_NODEID=2 SLURM_STEP_NUM_NODES=3 SLURM_STEP_TASKS_PER_NODE=3(x2),1 SLURM_STEP_NODELIST={nodes} SLURM_LAUNCH_NODE_IPADDR=10.0.0.9 SLURM_CPUS_PER_TASK=6")!;
        Assert.Equal((6, 7, 0, 1, first, 6), (place.Rank, place.Size, place.LocalRank, place.LocalSize, place.Address, place.Threads));
        Assert.InRange(place.Port, 12000, 31999);
        RankPlace other = Read("SLURM_JOB_ID=1234 SLURM_STEP_ID=3 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=2 SLURM_STEP_NUM_NODES=1")!;
        Assert.NotEqual(place.Port, other.Port);
        Assert.Equal(("127.0.0.1", 2), (other.Address, other.LocalSize));
    }

    [Fact]
    public void Mpirun_comes_before_the_srun_that_started_its_daemons()
    {
        RankPlace place = Read("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=3 OMPI_COMM_WORLD_LOCAL_SIZE=4 SLURM_JOB_ID=1 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=2")!;
        Assert.Equal((3, 4, 3, 4, "127.0.0.1"), (place.Rank, place.Size, place.LocalRank, place.LocalSize, place.Address));
        Assert.Equal((1, 2), (Read("PMI_RANK=1 PMI_SIZE=2 MASTER_ADDR=a")!.Rank, Read("PMI_RANK=1 PMI_SIZE=2 MASTER_ADDR=a")!.Size));
    }

    [Theory]
    [InlineData("RANK=4 WORLD_SIZE=4", "RANK is 4 and WORLD_SIZE is 4: a rank lies from 0 to the number of ranks less one")]
    [InlineData("RANK=x WORLD_SIZE=4", "RANK is 'x', not a whole number")]
    [InlineData("RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", "MASTER_PORT is 70000; a port lies from 1 to 65535")]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_SIZE=1", "mpirun started several ranks but does not say where rank 0 is: set MASTER_ADDR to its host (mpirun -x MASTER_ADDR=…)")]
    public void What_contradicts_itself_is_refused(string environment, string message) =>
        Assert.Equal(message, Assert.Throws<BrinkException>(() => Read(environment)).Message);

    private static RankPlace? Read(string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return RankPlace.FromEnvironment(name => variables.GetValueOrDefault(name));
    }
}
