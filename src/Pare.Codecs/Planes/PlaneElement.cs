namespace Pare.Codecs;

/// <summary>What the elements of an array are, as far as <see cref="PlaneCoder"/> cares: their width, and whether they are floating-point numbers.</summary>
public enum PlaneElement
{
    /// <summary>Bytes, 8-bit integers, anything unknown.</summary>
    Bytes = 0,

    /// <summary>16-bit integers.</summary>
    Integer16 = 1,

    /// <summary>32-bit integers.</summary>
    Integer32 = 2,

    /// <summary>64-bit integers.</summary>
    Integer64 = 3,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 4,

    /// <summary>The upper half of binary32.</summary>
    BFloat16 = 5,

    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 6,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 7,
}
