using Brink.Torch;

namespace Brink.Experiments.Tests.Ranks;

/// <summary>Whether ranks sum over NCCL, decided without a GPU at hand.</summary>
public sealed class GpuSumsTests
{
    [Fact]
    public void Each_rank_with_a_GPU_of_its_own_uses_NCCL() =>
        Assert.Null(GpuSums.WhyNotNccl([Gpu("a", 0), Gpu("a", 1), Gpu("b", 0), Gpu("b", 1)], [true, true, true, true]));

    [Fact]
    public void Ranks_that_share_a_GPU_do_not() =>
        Assert.Equal("ranks 1 and 3 share a GPU, or see theirs by the same name", GpuSums.WhyNotNccl([Gpu("a", 0), Gpu("a", 1), Gpu("a", 2), Gpu("a", 1)], [true, true, true, true]));

    [Fact]
    public void One_rank_without_it_is_enough_to_rule_it_out() =>
        Assert.Equal("NCCL was not built on rank 1", GpuSums.WhyNotNccl([Gpu("a", 0), Gpu("a", 1)], [true, false]));

    [Fact]
    public void A_starter_that_shows_every_rank_one_GPU_is_seen_through()
    {
        double third = Gpu("a", 0, "GPU-3");
        Assert.NotEqual(Gpu("a", 0, "GPU-2"), third);
        Assert.Equal(Gpu("a", 1, "GPU-2, GPU-3"), third);
        Assert.Equal(Gpu("a", 0), Gpu("a", 0, "0"));
        Assert.NotEqual(Gpu("b", 0, "GPU-3"), third);
        Assert.Equal(third, Math.Floor(third));
        Assert.InRange(third, 0, Math.Pow(2, 48));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("nccl", "nccl")]
    [InlineData("gloo", "gloo")]
    public void The_user_can_decide(string? value, string? wish) => Assert.Equal(wish, GpuSums.Wish(_ => value));

    [Fact]
    public void What_is_no_backend_is_refused() => Assert.Equal(
        "BRINK_RANKS_BACKEND is 'mpi'; it must be nccl or gloo, or absent for whichever can be had",
        Assert.Throws<BrinkException>(() => GpuSums.Wish(_ => "mpi")).Message);

    [Fact]
    public void A_machine_has_a_name() => Assert.NotEmpty(GpuSums.Machine());

    private static double Gpu(string machine, int index, string? visible = null) =>
        GpuSums.Mark(new Device(DeviceKind.Cuda, index), name => name == "CUDA_VISIBLE_DEVICES" ? visible : null, machine);
}
