using System.Runtime.InteropServices;
using Pare.Codecs;

namespace Pare.Sizes;

/// <summary>Takes the sizes of files and models. Thread-safe.</summary>
public static class SizeMeter
{
    /// <summary>Files above this many bytes are not packed by zstd and brotli unless asked for, which are slow.</summary>
    public const long SlowLimit = 16_000_000;

    /// <summary>Measures a file, its packings side by side.</summary>
    /// <param name="name">The file's name without its folder; it stands in the zip.</param>
    /// <param name="open">Opens the content from the start; called once a packing, from several threads.</param>
    /// <param name="all">Whether to pack by zstd and brotli whatever the size.</param>
    /// <param name="model">The model in the file, for the weights' entropy; null where it is none.</param>
    public static FileSizes Measure(string name, Func<Stream> open, bool all, Model? model)
    {
        ArgumentNullException.ThrowIfNull(open);
        long bytes;
        using (Stream stream = open())
        {
            bytes = stream.Length;
        }

        long gzip = 0;
        long? zstd = null;
        long? brotli = null;
        double? bits = null;
        List<Action> work = [() => gzip = With(open, CompressedSize.Gzip)];
        if (all || bytes <= SlowLimit)
        {
            // The slow ones first.
            work.Insert(0, () => zstd = With(open, CompressedSize.Zstd));
            work.Insert(0, () => brotli = With(open, CompressedSize.Brotli));
        }

        if (model is not null)
        {
            work.Add(() => bits = WeightBits(model));
        }

        Parallel.Invoke([.. work]);
        return new FileSizes { File = name, Bytes = bytes, Gzip = gzip, Zip = CompressedSize.ZipFromGzip(gzip, name), Zstd = zstd, Brotli = brotli, WeightBits = bits };
    }

    /// <summary>Mean entropy in bits per weight over the float constants of two and more values, each with its own table of distinct values; null where there are none.</summary>
    public static double? WeightBits(Model model)
    {
        double bits = 0;
        long count = 0;
        foreach (TensorData tensor in Constants(model).Select(v => v.Constant!).Where(c => c.Type.IsFloat() && c.Count > 1 && c.Type.BitWidth() >= 8))
        {
            bits += Entropy(tensor).Bits * tensor.Count;
            count += tensor.Count;
        }

        return count == 0 ? null : bits / count;
    }

    /// <summary>Every constant of fixed element size, in the file's order.</summary>
    public static IReadOnlyList<TensorSize> Tensors(Model model)
    {
        List<TensorSize> sizes = [];
        foreach (Value value in Constants(model))
        {
            TensorData tensor = value.Constant!;
            if (tensor.Type.BitWidth() >= 8)
            {
                (long distinct, double bits) = Entropy(tensor);
                using GzipSizer sizer = new();
                sizer.Write(tensor.GetBytes());
                sizes.Add(new TensorSize(value.Name, tensor.Type, tensor.Shape, tensor.ByteLength, distinct, bits, sizer.Finish()));
            }
        }

        return sizes;
    }

    private static IEnumerable<Value> Constants(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs.SelectMany(g => g.SelfAndSubgraphs())).SelectMany(g => g.Constants);
    }

    // Values are told apart by their bits. Sorting beats a table: most tensors have as many values as elements.
    private static (long Distinct, double Bits) Entropy(TensorData tensor)
    {
        ReadOnlySpan<byte> bytes = tensor.GetBytes();
        return tensor.Type.BitWidth() switch
        {
            8 => Entropy<byte>(bytes),
            16 => Entropy<ushort>(bytes),
            32 => Entropy<uint>(bytes),
            64 => Entropy<ulong>(bytes),
            _ => Entropy<UInt128>(bytes),
        };
    }

    private static (long Distinct, double Bits) Entropy<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, IComparable<T>
    {
        T[] sorted = MemoryMarshal.Cast<byte, T>(bytes).ToArray();
        Array.Sort(sorted);
        long distinct = 0;
        double bits = 0;
        for (int i = 0; i < sorted.Length;)
        {
            int from = i;
            while (i < sorted.Length && sorted[i].CompareTo(sorted[from]) == 0)
            {
                i++;
            }

            double p = (double)(i - from) / sorted.Length;
            bits -= p * Math.Log2(p);
            distinct++;
        }

        return (distinct, bits);
    }

    private static long With(Func<Stream> open, Func<Stream, long> measure)
    {
        using Stream stream = open();
        return measure(stream);
    }
}
