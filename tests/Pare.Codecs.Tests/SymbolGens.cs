using CsCheck;

namespace Pare.Codecs.Tests;

/// <summary>Symbols as coders meet them, and as they should not.</summary>
internal static class SymbolGens
{
    /// <summary>Arrays of any skew: all zero, sparse, dense, huge, extreme.</summary>
    public static Gen<int[]> Any { get; } = Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 31], Gen.Int[0, 100], Gen.Int).Select((count, bits, sparsity, seed) => Make(count, bits, sparsity, seed));

    public static int[] Make(int count, int bits, int sparsity, int seed)
    {
        Random random = new(seed);
        int[] symbols = new int[count];
        for (int k = 0; k < count; k++)
        {
            symbols[k] = random.Next(100) < sparsity ? 0 : (int)((uint)random.NextInt64(1L << 32) >> random.Next(31 - bits, 32)) * (random.Next(2) * 2 - 1);
            symbols[k] = random.Next(5000) switch { 0 => int.MinValue, 1 => int.MaxValue, _ => symbols[k] };
        }

        return symbols;
    }

    /// <summary>Feeds a decoder with cut and changed bytes; it may give anything but an error of another type.</summary>
    /// <returns>How many it refused.</returns>
    public static int Damage(byte[] coded, int mutants, Action<byte[]> decode)
    {
        Random random = new(11);
        int refused = 0;
        for (int k = 0; k < mutants; k++)
        {
            byte[] damaged = k % 3 == 0 ? coded[..random.Next(coded.Length)] : [.. coded];
            for (int n = random.Next(1, 5); n > 0 && damaged.Length > 0 && k % 3 != 0; n--)
            {
                damaged[random.Next(k % 2 == 0 ? Math.Min(48, damaged.Length) : damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                decode(damaged);
            }
            catch (CodecException)
            {
                refused++;
            }
        }

        return refused;
    }
}
