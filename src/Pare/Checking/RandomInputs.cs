namespace Pare.Workflows;

/// <summary>
/// Makes inputs for a model that nobody gave data for: floats uniform in [-1, 1), bytes over their whole range, other integers in [0, 8) since they are
/// mostly indices, truth values by a coin. An unknown first extent counts as a batch of 1.
/// </summary>
public static class RandomInputs
{
    /// <summary>Makes one set of inputs, or says why that cannot be done.</summary>
    /// <param name="inputs">What is to be fed.</param>
    /// <param name="seed">Seed; equal seeds give equal inputs.</param>
    /// <param name="obstacle">Why no inputs could be made, else null.</param>
    public static IReadOnlyList<TensorData>? TryCreate(IReadOnlyList<ValueDescription> inputs, int seed, out string? obstacle)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Random random = new(seed);
        List<TensorData> result = [];
        foreach (ValueDescription input in inputs)
        {
            if (ShapeOf(input) is not { } shape)
            {
                obstacle = $"the shape of input '{input.Name}' is not known";
                return null;
            }

            const int Largest = 1 << 28;
            if (input.Type.BitWidth() < 8 || input.Type.IsQuantized() || shape.Count > Largest)
            {
                obstacle = $"input '{input.Name}' is of type {ValueReport.TypeName(input.Type)} and shape {shape}, which random values do not fit";
                return null;
            }

            result.Add(new DenseTensorData(input.Type, shape, Fill(input.Type, shape.Count, random)));
        }

        obstacle = null;
        return result;
    }

    private static TensorShape? ShapeOf(ValueDescription input)
    {
        if (input.Shape is null)
        {
            return null;
        }

        long[] extents = new long[input.Shape.Rank];
        for (int i = 0; i < extents.Length; i++)
        {
            long? known = input.Shape[i].Value ?? (i == 0 ? 1 : null);
            if (known is null)
            {
                return null;
            }

            extents[i] = known.Value;
        }

        return new TensorShape(extents);
    }

    private static byte[] Fill(DataType type, long count, Random random)
    {
        byte[] bytes = new byte[type.ByteLength(count)];
        if (type is DataType.UInt8 or DataType.Int8)
        {
            random.NextBytes(bytes);
            return bytes;
        }

        int width = type.BitWidth() / 8;
        for (int i = 0; i < count; i++)
        {
            Span<byte> element = bytes.AsSpan(i * width, width);
            double uniform = random.NextDouble();
            switch (type)
            {
                case DataType.Float32:
                    BitConverter.TryWriteBytes(element, (float)((2 * uniform) - 1));
                    break;
                case DataType.Float64:
                    BitConverter.TryWriteBytes(element, (2 * uniform) - 1);
                    break;
                case DataType.Float16:
                    BitConverter.TryWriteBytes(element, (Half)((2 * uniform) - 1));
                    break;
                case DataType.BFloat16:
                    BitConverter.TryWriteBytes(element, (ushort)(BitConverter.SingleToUInt32Bits((float)((2 * uniform) - 1)) >> 16));
                    break;
                case DataType.Boolean:
                    element[0] = uniform < 0.5 ? (byte)0 : (byte)1;
                    break;
                default:
                    element[0] = (byte)(uniform * 8);
                    break;
            }
        }

        return bytes;
    }
}
