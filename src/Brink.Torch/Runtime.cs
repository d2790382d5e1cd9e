using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>The libtorch in this process: its version, threads, BLAS, memory and GPUs.</summary>
public static unsafe class Runtime
{
    /// <summary>Names under which tcmalloc is installed, tried in order.</summary>
    private static readonly string[] s_tcmalloc = ["libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc_minimal.so"];

    private static readonly Lazy<string> s_allocator = new(ChooseAllocator);

    /// <summary>libtorch's version, e.g. <c>1.13.0</c>.</summary>
    public static string LibtorchVersion => Native.Text(Native.TorchVersion());

    /// <summary>Where Brink's native library was loaded from.</summary>
    public static string? NativeLibraryPath
    {
        get
        {
            _ = Native.TorchVersion();
            return NativeLocator.LoadedFrom;
        }
    }

    /// <summary>OpenBLAS's own description of itself; empty when another BLAS is in the process.</summary>
    public static string BlasDescription => Native.Text(Native.BlasDescription());

    /// <summary>Where tensor memory on the CPU comes from: <c>tcmalloc</c> or <c>libc</c>. Chosen on first use.</summary>
    public static string Allocator => s_allocator.Value;

    /// <summary>Bytes that tensors hold at this moment.</summary>
    /// <param name="device">Where: the CPU, or the GPU that is in use.</param>
    /// <returns>The bytes; 0 for a GPU where the native library was built without CUDA's headers.</returns>
    public static long TensorBytes(Device device) => device.IsCuda ? CudaTensorBytes().Now : Native.AllocatorLiveBytes();

    /// <summary>Whether libtorch was built with CUDA and a GPU answers.</summary>
    public static bool CudaIsAvailable => Native.CudaAvailable() != 0;

    /// <summary>GPUs in the machine.</summary>
    public static int CudaDeviceCount
    {
        get
        {
            Native.Check(Native.CudaDeviceCount(out int count));
            return count;
        }
    }

    /// <summary>The models of the GPUs that libtorch can use, e.g. <c>NVIDIA H100 80GB HBM3</c>; empty names where the driver gives none.</summary>
    /// <returns>In the order of their indices; empty without a GPU.</returns>
    public static IReadOnlyList<string> CudaDeviceNames() =>
        CudaIsAvailable ? [.. Enumerable.Range(0, CudaDeviceCount).Select(index => Native.Text(Native.CudaDeviceName(index)))] : [];

    /// <summary>
    /// Threads that one operator may use, on this thread. BLAS has one number for the whole process, so that setting it here
    /// changes what BLAS does for every thread, and with it the last bits of products and factorisations:
    /// <see cref="BlasThreads"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public static int Threads
    {
        get
        {
            Native.Check(Native.ThreadsGet(out int threads));
            return threads;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Native.Check(Native.ThreadsSet(value));
        }
    }

    /// <summary>Threads that BLAS uses in this process, as <see cref="Threads"/> was last set on any thread; null where BLAS cannot say.</summary>
    public static int? BlasThreads
    {
        get
        {
            Native.Check(Native.BlasThreadsGet(out int threads));
            return threads == 0 ? null : threads;
        }
    }

    /// <summary>Takes tensor memory from tcmalloc where it is installed; call before the first tensor is made.</summary>
    public static void Initialize() => _ = Allocator;

    /// <summary>Hands memory that no tensor holds back to the system, after work that took more than what follows will.</summary>
    public static void ReleaseFreeMemory() => Native.AllocatorReleaseFree();

    /// <summary>Hands memory of the GPU that no tensor holds back to it, and begins anew to count the most that tensors hold.</summary>
    public static void ReleaseFreeCudaMemory() => Native.Check(Native.CudaReleaseFree());

    /// <summary>Bytes that tensors on the GPU hold, and the most they held since <see cref="ReleaseFreeCudaMemory"/>.</summary>
    /// <returns>Both; zeros where the native library was built without CUDA's headers.</returns>
    public static (long Now, long Peak) CudaTensorBytes()
    {
        Native.Check(Native.CudaTensorBytes(out long now, out long peak));
        return (now, peak);
    }

    /// <summary>Free and total bytes of the current GPU.</summary>
    /// <returns>Free bytes, total bytes.</returns>
    public static (long Free, long Total) CudaMemory()
    {
        Native.Check(Native.CudaMemory(out long free, out long total));
        return (free, total);
    }

    /// <summary>Waits until a device has finished what it was given, as it must before a clock is read.</summary>
    /// <param name="device">Where; the processor has always finished.</param>
    public static void Synchronize(Device device)
    {
        if (device.IsCuda)
        {
            Native.Check(Native.CudaSynchronize());
        }
    }

    /// <summary>How exact products on the GPU are.</summary>
    /// <param name="allowTf32">Let float32 products round to 10 bits of mantissa.</param>
    /// <param name="deterministic">Take convolutions that give the same bits every time; else the fastest, found by trying.</param>
    public static void SetCudaPrecision(bool allowTf32, bool deterministic) =>
        Native.Check(Native.CudaPrecision(allowTf32 ? 1 : 0, deterministic ? 1 : 0));

    private static string ChooseAllocator()
    {
        if (Environment.GetEnvironmentVariable("BRINK_ALLOCATOR") != "libc")
        {
            foreach (string library in s_tcmalloc)
            {
                if (Native.AllocatorInstall(library) == 0)
                {
                    return "tcmalloc";
                }
            }
        }

        Native.Check(Native.AllocatorInstall(string.Empty));
        return "libc";
    }
}
