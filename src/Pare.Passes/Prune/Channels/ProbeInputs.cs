namespace Pare.Passes.Prune;

/// <summary>Inputs to try a model on: floats spread evenly over [-1, 1), integers 0 or 1, a batch of one.</summary>
internal static class ProbeInputs
{
    private const long LargestInput = 1 << 26;

    /// <summary>Makes inputs for a model.</summary>
    /// <param name="runner">Tells what the model takes.</param>
    /// <param name="model">The model.</param>
    /// <param name="seed">Equal seeds give equal inputs.</param>
    /// <exception cref="UnsupportedModelException">An extent other than the batch is open, or an input is of a type that numbers do not fit.</exception>
    public static IReadOnlyList<TensorData> Create(IModelRunner runner, Model model, int seed)
    {
        using IModelSession session = runner.Load(model, new SessionOptions { QuickStart = true });
        List<UnsupportedNode> open = [];
        List<TensorData> inputs = [];
        Random random = new(seed);
        foreach (ValueDescription input in session.Inputs)
        {
            long?[]? extents = input.Shape?.Dimensions.Select((d, i) => d.Value ?? (i == 0 ? 1 : (long?)null)).ToArray();
            if (extents is null || extents.Any(e => e is null) || extents.Aggregate(1L, (n, e) => n * e!.Value) > LargestInput || input.Type.BitWidth() < 8)
            {
                open.Add(new UnsupportedNode(input.Name, "input", $"its shape {input.Shape?.ToString() ?? "(unknown)"} of {input.Type} leaves open how large the tensors are; give samples by --data, or fix the shape"));
                continue;
            }

            TensorShape shape = new([.. extents.Select(e => e!.Value)]);
            inputs.Add(Fill(input.Type, shape, random));
        }

        return open.Count == 0 ? inputs : throw new UnsupportedModelException("channels can be followed only through tensors of known shape", open);
    }

    /// <summary>Other inputs of the same types and shapes.</summary>
    public static IReadOnlyList<TensorData> Like(IReadOnlyList<TensorData> inputs, int seed)
    {
        Random random = new(seed);
        return [.. inputs.Select(i => Fill(i.Type, i.Shape, random))];
    }

    private static DenseTensorData Fill(DataType type, TensorShape shape, Random random)
    {
        byte[] bytes = new byte[type.ByteLength(shape.Count)];
        int width = type.BitWidth() / 8;
        for (int i = 0; i < shape.Count; i++)
        {
            Span<byte> element = bytes.AsSpan(i * width, width);
            double u = (2 * random.NextDouble()) - 1;
            switch (type)
            {
                case DataType.Float32:
                    BitConverter.TryWriteBytes(element, (float)u);
                    break;
                case DataType.Float64:
                    BitConverter.TryWriteBytes(element, u);
                    break;
                case DataType.Float16:
                    BitConverter.TryWriteBytes(element, (Half)u);
                    break;
                case DataType.BFloat16:
                    BitConverter.TryWriteBytes(element, (ushort)(BitConverter.SingleToUInt32Bits((float)u) >> 16));
                    break;
                case DataType.Int8 or DataType.UInt8:
                    element[0] = (byte)random.Next(256);
                    break;
                default:
                    element[0] = (byte)(u < 0 ? 0 : 1);
                    break;
            }
        }

        return new DenseTensorData(type, shape, bytes);
    }
}
