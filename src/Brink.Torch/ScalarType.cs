namespace Brink.Torch;

/// <summary>Element types of a tensor; the values are libtorch's own (<c>c10::ScalarType</c>).</summary>
public enum ScalarType
{
    /// <summary>Unsigned byte.</summary>
    UInt8 = 0,

    /// <summary>Signed byte.</summary>
    Int8 = 1,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 2,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 3,

    /// <summary>Signed 64-bit integer; class labels and indices.</summary>
    Int64 = 4,

    /// <summary>IEEE half precision.</summary>
    Float16 = 5,

    /// <summary>IEEE single precision; the default of training.</summary>
    Float32 = 6,

    /// <summary>IEEE double precision; the reference precision of the golden trajectories.</summary>
    Float64 = 7,

    /// <summary>Boolean, one byte an element.</summary>
    Bool = 11,

    /// <summary>bfloat16.</summary>
    BFloat16 = 15,
}
