namespace Pare.Codecs;

/// <summary>Frequencies of byte symbols that sum to 4,096, as range asymmetric numeral systems (rANS) need them, with their places in the state's lowest twelve bits.</summary>
internal sealed class RansTable
{
    /// <summary>Bits of the sum of all frequencies.</summary>
    public const int Bits = 12;

    private uint[]? _slots;

    /// <summary>Sum of all frequencies.</summary>
    public const int Total = 1 << Bits;

    /// <summary>Frequency of each symbol, 0 to 4,096.</summary>
    public int[] Frequencies { get; } = new int[256];

    /// <summary>First slot of each symbol.</summary>
    public int[] Starts { get; } = new int[257];

    /// <summary>For each slot: the symbol, its frequency less one (from bit 8), the slot's distance from the first one (from bit 20).</summary>
    public uint[] Slots => _slots ??= new uint[Total];

    /// <summary>
    /// Scales counts to a sum of 4,096 such that every symbol seen keeps at least 1; what is left over or missing goes where it costs least.
    /// </summary>
    /// <param name="counts">How often each symbol occurs; at least one does.</param>
    public void Normalize(ReadOnlySpan<int> counts)
    {
        long total = 0;
        foreach (int count in counts)
        {
            total += count;
        }

        int sum = 0;
        int seen = 0;
        Span<byte> present = stackalloc byte[256];
        for (int s = 0; s < 256; s++)
        {
            int f = counts[s] == 0 ? 0 : (int)Math.Max(1, (counts[s] * (long)Total + total / 2) / total);
            Frequencies[s] = f;
            sum += f;
            if (f != 0)
            {
                present[seen++] = (byte)s;
            }
        }

        // One more or less for a symbol changes its cost by about count / frequency.
        while (sum != Total)
        {
            int step = sum < Total ? 1 : -1;
            (int best, float gain) = (-1, float.NegativeInfinity);
            foreach (byte s in present[..seen])
            {
                int f = Frequencies[s];
                float change = step * counts[s] / (f + 0.5f * step);
                if (change > gain && f + step > 0)
                {
                    (best, gain) = (s, change);
                }
            }

            Frequencies[best] += step;
            sum += step;
        }

        Place();
    }

    /// <summary>Bits that symbols with these counts take; infinite when one of them has no frequency.</summary>
    public double Cost(ReadOnlySpan<int> counts)
    {
        double bits = 0;
        for (int s = 0; s < 256; s++)
        {
            if (counts[s] != 0)
            {
                bits += Frequencies[s] == 0 ? double.PositiveInfinity : counts[s] * (Bits - s_log2[Frequencies[s]]);
            }
        }

        return bits;
    }

    /// <summary>Writes the frequencies: first symbol, last symbol, then for each between them how many bits its frequency has (4 bits) and these without the highest.</summary>
    public void Write(BitWriter writer)
    {
        int first = Frequencies.AsSpan().IndexOfAnyExcept(0);
        int last = Frequencies.AsSpan().LastIndexOfAnyExcept(0);
        writer.Write((uint)first, 8);
        writer.Write((uint)last, 8);
        for (int s = first; s <= last; s++)
        {
            int length = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Frequencies[s]);
            writer.Write((uint)length, 4);
            if (length > 1)
            {
                writer.Write((uint)Frequencies[s] & ((1u << (length - 1)) - 1), length - 1);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The frequencies do not sum to 4,096.</exception>
    public void Read(ref BitReader reader)
    {
        Array.Clear(Frequencies);
        int first = (int)reader.Read(8);
        int last = (int)reader.Read(8);
        int sum = 0;
        for (int s = first; s <= last && sum <= Total; s++)
        {
            int length = (int)reader.Read(4);
            int f = length == 0 ? 0 : length > 13 ? Total + 1 : (int)((1u << (length - 1)) | reader.Read(length - 1));
            Frequencies[s] = f;
            sum += f;
        }

        if (sum != Total)
        {
            throw new CodecException("rans", $"frequencies sum to {sum}, expected {Total}", reader.Position);
        }

        Place();
        Fill();
    }

    private static readonly float[] s_log2 = MakeLogarithms();

    private static float[] MakeLogarithms()
    {
        float[] table = new float[Total + 1];
        for (int f = 1; f <= Total; f++)
        {
            table[f] = MathF.Log2(f);
        }

        return table;
    }

    private void Place()
    {
        int at = 0;
        for (int s = 0; s < 256; s++)
        {
            Starts[s] = at;
            at += Frequencies[s];
        }

        Starts[256] = at;
    }

    private void Fill()
    {
        for (int s = 0; s < 256; s++)
        {
            int f = Frequencies[s];
            Span<uint> slots = Slots.AsSpan(Starts[s], f);
            uint entry = (uint)s | (uint)(f - 1) << 8;
            for (int k = 0; k < slots.Length; k++)
            {
                slots[k] = entry;
                entry += 1u << 20;
            }
        }
    }
}
