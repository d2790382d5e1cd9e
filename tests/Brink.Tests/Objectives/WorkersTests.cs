using Brink.Objectives;
using Brink.Tests.Curvature;
using Brink.Torch;

namespace Brink.Tests.Objectives;

/// <summary>BLAS has one number of threads for the process; workers see to theirs.</summary>
[Collection(OneThread.Name)]
public sealed class WorkersTests
{
    [Fact]
    public void Workers_compute_with_their_own_number_of_BLAS_threads_whichever_workers_were_made_since()
    {
        Assert.SkipWhen(Runtime.BlasThreads is null, "this BLAS does not say how many threads it uses");
        Assert.Equal(1, Runtime.BlasThreads);
        try
        {
            using var scope = new TensorScope();
            using var one = new Workers(1);
            Tensor? before = null;
            one.Run(_ => before = Product());
            using var two = new Workers(1, threadsPerOperator: 2);
            Assert.Equal(2, Runtime.BlasThreads);
            two.Run(_ => Assert.Equal(2, Runtime.BlasThreads));
            Tensor? after = null;
            one.Run(_ =>
            {
                Assert.Equal(1, Runtime.BlasThreads);
                after = Product();
            });
            Assert.True(before!.IsSameAs(after!));
        }
        finally
        {
            Runtime.Threads = 1;
        }
    }

    private static Tensor Product() => Matrices.WithSpectrum(Spectra.Training(200, 7), seed: 7);
}
