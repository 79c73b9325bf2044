using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pare.Codecs;

/// <summary>Tables that are looked up by a vector of places. They never move; places must lie within them.</summary>
internal static unsafe class Lookup
{
    /// <summary>Log-odds by the upper twelve bits of a probability of 16, see <see cref="Logistic"/>.</summary>
    public static int[] Stretch { get; } = Pinned(1 << 12, n => Logistic.Stretch(n << 4));

    /// <summary>Makes a table that never moves.</summary>
    public static int[] Pinned(int length, Func<int, int> value)
    {
        int[] table = GC.AllocateUninitializedArray<int>(length, pinned: true);
        for (int n = 0; n < length; n++)
        {
            table[n] = value(n);
        }

        return table;
    }

    /// <summary>Where a pinned array starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int* Start(int[] pinned) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    /// <summary>The entries at eight places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather(int[] pinned, Vector256<int> at)
    {
        int* table = Start(pinned);
        return Avx2.IsSupported
            ? Avx2.GatherVector256(table, at, sizeof(int))
            : Vector256.Create(table[at[0]], table[at[1]], table[at[2]], table[at[3]], table[at[4]], table[at[5]], table[at[6]], table[at[7]]);
    }
}
