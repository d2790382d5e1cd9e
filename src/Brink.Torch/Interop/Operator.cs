using System.Runtime.CompilerServices;
using System.Text;

namespace Brink.Torch.Interop;

/// <summary>
/// An ATen operator, found once by name in libtorch's dispatcher and called with tagged values. Typed signatures stand
/// on <see cref="Tensor"/>; this is the way to any operator that has none.
/// </summary>
public sealed unsafe class Operator
{
    private const int MaximumResults = 8;

    private readonly nint _handle;

    private Operator(string name, nint handle)
    {
        Name = name;
        _handle = handle;
    }

    /// <summary>The operator's name with its overload, as in <c>aten::add.Tensor</c>.</summary>
    public string Name { get; }

    /// <summary>Finds an operator.</summary>
    /// <param name="name">Its name without namespace, e.g. <c>add</c>; operators of another namespace are written out.</param>
    /// <param name="overload">Its overload, e.g. <c>Tensor</c>; empty for the unnamed one.</param>
    /// <returns>The operator.</returns>
    /// <exception cref="TorchException">libtorch has no such operator.</exception>
    public static Operator Find(string name, string overload = "")
    {
        ArgumentNullException.ThrowIfNull(name);
        string full = name.Contains("::", StringComparison.Ordinal) ? name : "aten::" + name;
        Native.Check(Native.OperatorFind(full, overload, out nint handle));
        return new Operator(overload.Length == 0 ? full : $"{full}.{overload}", handle);
    }

    /// <summary>Calls an operator that returns one tensor.</summary>
    /// <param name="arguments">The arguments in the schema's order; missing ones at the end take its defaults.</param>
    /// <returns>The result, owned by the current <see cref="TensorScope"/> if there is one.</returns>
    /// <exception cref="TorchException">libtorch refused the call.</exception>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        Value* results = stackalloc Value[MaximumResults];
        int count = Invoke(arguments, results);
        if (count != 1 || results[0].Tag != ValueTag.Tensor)
        {
            throw new TorchException($"{Name} does not return one tensor");
        }

        return Tensor.Own(results[0].Pointer);
    }

    /// <summary>Calls an operator that returns tensors: several results, or one list.</summary>
    /// <param name="arguments">The arguments, as for <see cref="Call"/>.</param>
    /// <returns>The results; null where the operator gave an undefined tensor.</returns>
    public Tensor?[] CallMany(params ReadOnlySpan<Argument> arguments)
    {
        Value* results = stackalloc Value[MaximumResults];
        int count = Invoke(arguments, results);
        if (count == 1 && results[0].Tag == ValueTag.TensorList)
        {
            var list = new Tensor?[results[0].Count];
            var items = (nint*)results[0].Pointer;
            for (int k = 0; k < list.Length; k++)
            {
                list[k] = items[k] == 0 ? null : Tensor.Own(items[k]);
            }

            Native.Free(items);
            return list;
        }

        var tensors = new Tensor?[count];
        for (int k = 0; k < count; k++)
        {
            tensors[k] = results[k].Tag == ValueTag.Tensor && results[k].Pointer != 0 ? Tensor.Own(results[k].Pointer) : null;
        }

        return tensors;
    }

    /// <summary>Calls an operator that changes its first argument in place; the alias it returns is dropped.</summary>
    /// <param name="arguments">The arguments, as for <see cref="Call"/>.</param>
    public void CallInPlace(params ReadOnlySpan<Argument> arguments)
    {
        Value* results = stackalloc Value[MaximumResults];
        int count = Invoke(arguments, results);
        for (int k = 0; k < count; k++)
        {
            if (results[k].Tag == ValueTag.Tensor)
            {
                Native.TensorRelease(results[k].Pointer);
            }
        }
    }

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    /// <param name="arguments">The arguments, as for <see cref="Call"/>.</param>
    /// <returns>The number; 1 and 0 for true and false.</returns>
    public double CallScalar(params ReadOnlySpan<Argument> arguments)
    {
        Value* results = stackalloc Value[MaximumResults];
        int count = Invoke(arguments, results);
        return count == 1 ? results[0].Tag switch
        {
            ValueTag.Real => results[0].Real,
            ValueTag.Integer or ValueTag.Boolean => results[0].Integer,
            _ => throw new TorchException($"{Name} does not return a number"),
        }
            : throw new TorchException($"{Name} does not return a number");
    }

    [SkipLocalsInit]
    private int Invoke(ReadOnlySpan<Argument> arguments, Value* results)
    {
        // Lists are copied beside the values, so that nothing needs to be pinned.
        int words = 0;
        foreach (ref readonly Argument argument in arguments)
        {
            words += argument.Reference switch
            {
                long[] list => list.Length,
                Array list => list.Length,
                string text => (Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long)) + 1,
                _ => 0,
            };
        }

        Value* values = stackalloc Value[arguments.Length];
        long* lists = stackalloc long[words];
        for (int k = 0; k < arguments.Length; k++)
        {
            lists = Marshal(in arguments[k], ref values[k], lists);
        }

        int count;
        int status = Native.OperatorCall(_handle, values, arguments.Length, results, MaximumResults, &count);
        foreach (ref readonly Argument argument in arguments)
        {
            GC.KeepAlive(argument.Reference);
        }

        return status == 0 ? count : throw new TorchException($"{Name}: {Native.LastError()}");
    }

    private static long* Marshal(in Argument argument, ref Value value, long* room)
    {
        value.Tag = argument.Tag;
        value.Count = 0;
        value.Integer = argument.Bits;
        switch (argument.Tag)
        {
            case ValueTag.Tensor:
                value.Pointer = ((Tensor)argument.Reference!).Handle;
                return room;
            case ValueTag.Generator:
                value.Pointer = ((Generator)argument.Reference!).Handle;
                return room;
            case ValueTag.Device:
                value.Integer = (int)argument.Bits;
                value.Count = (int)(argument.Bits >> 32);
                return room;
            case ValueTag.IntegerList:
                var integers = (long[])argument.Reference!;
                integers.AsSpan().CopyTo(new Span<long>(room, integers.Length));
                value.Count = integers.Length;
                value.Pointer = (nint)room;
                return room + integers.Length;
            case ValueTag.TensorList or ValueTag.OptionalTensorList:
                var tensors = (Tensor?[])argument.Reference!;
                for (int k = 0; k < tensors.Length; k++)
                {
                    room[k] = tensors[k]?.Handle ?? 0;
                }

                value.Count = tensors.Length;
                value.Pointer = (nint)room;
                return room + tensors.Length;
            case ValueTag.Text:
                var text = (string)argument.Reference!;
                int bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(room, Encoding.UTF8.GetMaxByteCount(text.Length)));
                value.Count = bytes;
                value.Pointer = (nint)room;
                return room + (bytes / sizeof(long)) + 1;
            default:
                return room;
        }
    }
}
