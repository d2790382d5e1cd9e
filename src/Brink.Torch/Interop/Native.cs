using System.Runtime.InteropServices;

namespace Brink.Torch.Interop;

/// <summary>The C ABI of <c>native/</c>, as declared in its headers. A status other than zero means <see cref="LastError"/> holds why.</summary>
internal static unsafe partial class Native
{
    internal const string Library = "brink_native";

    static Native() => NativeLocator.Install();

    [LibraryImport(Library, EntryPoint = "brink_last_error")]
    private static partial byte* LastErrorPointer();

    [LibraryImport(Library, EntryPoint = "brink_free")]
    internal static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "brink_operator_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OperatorFind(string name, string overload, out nint handle);

    [LibraryImport(Library, EntryPoint = "brink_operator_call")]
    internal static partial int OperatorCall(nint handle, Value* arguments, int count, Value* results, int capacity, int* resultCount);

    [LibraryImport(Library, EntryPoint = "brink_tensor_release")]
    internal static partial void TensorRelease(nint tensor);

    [LibraryImport(Library, EntryPoint = "brink_tensor_share")]
    internal static partial nint TensorShare(nint tensor);

    [LibraryImport(Library, EntryPoint = "brink_tensor_describe")]
    internal static partial int TensorDescribe(nint tensor, out TensorDescription description);

    [LibraryImport(Library, EntryPoint = "brink_tensor_sizes")]
    internal static partial int TensorSizes(nint tensor, long* sizes);

    [LibraryImport(Library, EntryPoint = "brink_tensor_data")]
    internal static partial int TensorData(nint tensor, out void* data);

    [LibraryImport(Library, EntryPoint = "brink_tensor_set_requires_grad")]
    internal static partial int TensorSetRequiresGrad(nint tensor, int requiresGrad);

    [LibraryImport(Library, EntryPoint = "brink_tensor_set_data")]
    internal static partial int TensorSetData(nint tensor, nint source);

    [LibraryImport(Library, EntryPoint = "brink_grad")]
    internal static partial int Grad(
        nint* outputs, int outputCount, nint* inputs, int inputCount, nint* outputGradients,
        int retainGraph, int createGraph, int allowUnused, nint* gradients);

    [LibraryImport(Library, EntryPoint = "brink_grad_mode_get")]
    internal static partial int GradModeGet();

    [LibraryImport(Library, EntryPoint = "brink_grad_mode_set")]
    internal static partial void GradModeSet(int enabled);

    [LibraryImport(Library, EntryPoint = "brink_generator_create")]
    internal static partial int GeneratorCreate(ulong seed, out nint generator);

    [LibraryImport(Library, EntryPoint = "brink_generator_default")]
    internal static partial int GeneratorDefault(int deviceType, int deviceIndex, out nint generator);

    [LibraryImport(Library, EntryPoint = "brink_generator_release")]
    internal static partial void GeneratorRelease(nint generator);

    [LibraryImport(Library, EntryPoint = "brink_generator_seed")]
    internal static partial int GeneratorSeed(nint generator, ulong seed);

    [LibraryImport(Library, EntryPoint = "brink_generator_get_state")]
    internal static partial int GeneratorGetState(nint generator, out nint state);

    [LibraryImport(Library, EntryPoint = "brink_generator_set_state")]
    internal static partial int GeneratorSetState(nint generator, nint state);

    [LibraryImport(Library, EntryPoint = "brink_torch_version")]
    internal static partial byte* TorchVersion();

    [LibraryImport(Library, EntryPoint = "brink_blas_description")]
    internal static partial byte* BlasDescription();

    [LibraryImport(Library, EntryPoint = "brink_threads_get")]
    internal static partial int ThreadsGet(out int threads);

    [LibraryImport(Library, EntryPoint = "brink_threads_set")]
    internal static partial int ThreadsSet(int threads);

    [LibraryImport(Library, EntryPoint = "brink_blas_threads_get")]
    internal static partial int BlasThreadsGet(out int threads);

    [LibraryImport(Library, EntryPoint = "brink_cuda_available")]
    internal static partial int CudaAvailable();

    [LibraryImport(Library, EntryPoint = "brink_cuda_device_count")]
    internal static partial int CudaDeviceCount(out int count);

    [LibraryImport(Library, EntryPoint = "brink_cuda_device_name")]
    internal static partial byte* CudaDeviceName(int index);

    [LibraryImport(Library, EntryPoint = "brink_cuda_memory")]
    internal static partial int CudaMemory(out long free, out long total);

    [LibraryImport(Library, EntryPoint = "brink_cuda_synchronize")]
    internal static partial int CudaSynchronize();

    [LibraryImport(Library, EntryPoint = "brink_cuda_precision")]
    internal static partial int CudaPrecision(int allowTf32, int deterministic);

    [LibraryImport(Library, EntryPoint = "brink_cuda_tensor_bytes")]
    internal static partial int CudaTensorBytes(out long now, out long peak);

    [LibraryImport(Library, EntryPoint = "brink_cuda_release_free")]
    internal static partial int CudaReleaseFree();

    [LibraryImport(Library, EntryPoint = "brink_cuda_graphs_supported")]
    internal static partial int CudaGraphsSupported();

    [LibraryImport(Library, EntryPoint = "brink_cuda_graph_create")]
    internal static partial int CudaGraphCreate(out nint graph);

    [LibraryImport(Library, EntryPoint = "brink_cuda_graph_begin")]
    internal static partial int CudaGraphBegin(nint graph);

    [LibraryImport(Library, EntryPoint = "brink_cuda_graph_end")]
    internal static partial int CudaGraphEnd(nint graph);

    [LibraryImport(Library, EntryPoint = "brink_cuda_graph_replay")]
    internal static partial int CudaGraphReplay(nint graph);

    [LibraryImport(Library, EntryPoint = "brink_cuda_graph_release")]
    internal static partial void CudaGraphRelease(nint graph);

    [LibraryImport(Library, EntryPoint = "brink_allocator_install", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int AllocatorInstall(string library);

    [LibraryImport(Library, EntryPoint = "brink_allocator_live_bytes")]
    internal static partial long AllocatorLiveBytes();

    [LibraryImport(Library, EntryPoint = "brink_allocator_release_free")]
    internal static partial void AllocatorReleaseFree();

    [LibraryImport(Library, EntryPoint = "brink_script_load", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ScriptLoad(string path, out nint script);

    [LibraryImport(Library, EntryPoint = "brink_script_release")]
    internal static partial void ScriptRelease(nint script);

    [LibraryImport(Library, EntryPoint = "brink_script_parameter_count")]
    internal static partial int ScriptParameterCount(nint script);

    [LibraryImport(Library, EntryPoint = "brink_script_parameter_name")]
    internal static partial byte* ScriptParameterName(nint script, int index);

    [LibraryImport(Library, EntryPoint = "brink_script_parameter")]
    internal static partial nint ScriptParameter(nint script, int index);

    [LibraryImport(Library, EntryPoint = "brink_script_convert")]
    internal static partial int ScriptConvert(nint script, int scalarType, int deviceType, int deviceIndex);

    [LibraryImport(Library, EntryPoint = "brink_script_normalises_by_batch")]
    internal static partial int ScriptNormalisesByBatch(nint script, int* answer);

    [LibraryImport(Library, EntryPoint = "brink_script_forward")]
    internal static partial int ScriptForward(nint script, nint input, nint* values, out nint output);

    [LibraryImport(Library, EntryPoint = "brink_process_group_supported", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ProcessGroupSupported(string backend);

    [LibraryImport(Library, EntryPoint = "brink_process_group_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ProcessGroupCreate(
        int rank, int size, string address, int port, string prefix, long startMilliseconds, long waitMilliseconds, ref int stop, out nint group);

    [LibraryImport(Library, EntryPoint = "brink_process_group_use_nccl")]
    internal static partial int ProcessGroupUseNccl(nint group);

    [LibraryImport(Library, EntryPoint = "brink_process_group_all_reduce")]
    internal static partial int ProcessGroupAllReduce(nint group, nint tensor);

    [LibraryImport(Library, EntryPoint = "brink_process_group_sum")]
    internal static partial int ProcessGroupSum(nint group, nint tensor, out nint sum);

    [LibraryImport(Library, EntryPoint = "brink_process_group_counts")]
    internal static partial int ProcessGroupCounts(nint group, out long sums, out long bytes);

    [LibraryImport(Library, EntryPoint = "brink_process_group_broadcast")]
    internal static partial int ProcessGroupBroadcast(nint group, nint tensor, int root);

    [LibraryImport(Library, EntryPoint = "brink_process_group_barrier")]
    internal static partial int ProcessGroupBarrier(nint group);

    [LibraryImport(Library, EntryPoint = "brink_process_group_release")]
    internal static partial void ProcessGroupRelease(nint group);

    /// <summary>The message of the last failure on this thread.</summary>
    internal static string LastError() => Text(LastErrorPointer());

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    /// <summary>Turns a status into a <see cref="TorchException"/>.</summary>
    internal static void Check(int status)
    {
        if (status != 0)
        {
            throw new TorchException(LastError());
        }
    }
}

/// <summary>Mirror of <c>brink_tensor_description</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorDescription
{
    internal long Elements;
    internal int ScalarType;
    internal int Dimensions;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int RequiresGrad;
    internal int Contiguous;
}

/// <summary>Mirror of <c>brink_value</c>: one argument or result of an operator.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)]
    internal ValueTag Tag;

    [FieldOffset(4)]
    internal int Count;

    [FieldOffset(8)]
    internal long Integer;

    [FieldOffset(8)]
    internal double Real;

    [FieldOffset(8)]
    internal nint Pointer;
}

/// <summary>Mirror of <c>brink_tag</c>.</summary>
internal enum ValueTag
{
    None = 0,
    Tensor = 1,
    Integer = 2,
    Real = 3,
    Boolean = 4,
    IntegerList = 5,
    TensorList = 6,
    RealList = 7,
    Text = 8,
    Generator = 9,
    Device = 10,
    BooleanList = 11,
    OptionalTensorList = 12,
}
