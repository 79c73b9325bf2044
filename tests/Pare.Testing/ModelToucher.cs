namespace Pare.Testing;

/// <summary>Reads a little of everything that a model keeps lazily, so that its errors show.</summary>
public static class ModelToucher
{
    /// <summary>Walks all constants and attributes of all graphs.</summary>
    public static void Touch(Model model)
    {
        foreach (Graph g in model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs).Concat(model.Functions.Select(f => f.Body)))
        {
            foreach (Value v in g.Constants)
            {
                Touch(v.Constant!);
            }

            foreach (AttributeValue a in g.Nodes.SelectMany(n => n.Attributes.Values))
            {
                if (a.Kind == AttributeKind.Tensor)
                {
                    Touch(a.AsTensor);
                }
            }
        }
    }

    /// <summary>Reads the ends of a tensor.</summary>
    public static void Touch(TensorData tensor)
    {
        if (tensor.Type == DataType.String)
        {
            IReadOnlyList<ReadOnlyMemory<byte>> strings = tensor.GetStrings();
            if (strings.Count > 0)
            {
                _ = strings[0].Length + strings[^1].Length;
            }

            return;
        }

        if (tensor.ByteLength == 0)
        {
            return;
        }

        Span<byte> part = stackalloc byte[(int)Math.Min(256, tensor.ByteLength)];
        tensor.ReadBytes(0, part);
        tensor.ReadBytes(tensor.ByteLength - part.Length, part);
        if (tensor.TryGetBytes(out ReadOnlySpan<byte> all) && all.Length != tensor.ByteLength)
        {
            throw new InvalidOperationException($"{tensor}: {all.Length} bytes instead of {tensor.ByteLength}");
        }

        if (tensor.Type is not (DataType.Complex64 or DataType.Complex128))
        {
            Span<float> floats = stackalloc float[(int)Math.Min(16, tensor.Count)];
            tensor.ReadFloats(tensor.Count - floats.Length, floats);
        }
    }
}
