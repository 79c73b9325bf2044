namespace Pare.Formats.Packed;

/// <summary>Finds the constants of a model in the bytes it was read from.</summary>
internal static class PackedTensors
{
    /// <summary>Tensors shorter than this are decoded when the container is opened: readers may look into them.</summary>
    public const int DeferredFrom = 1 << 14;

    /// <summary>All constants of a model, in its subgraphs and functions too.</summary>
    public static IEnumerable<Value> Constants(Model model)
    {
        IEnumerable<Graph> graphs = [model.Graph, .. model.Subgraphs, .. model.Functions.Select(f => f.Body)];
        return graphs.SelectMany(g => g.SelfAndSubgraphs()).SelectMany(g => g.Constants);
    }

    /// <summary>Constants whose dense bytes lie in the file as such, by where they lie; of those that overlap, the first.</summary>
    public static List<LocatedTensor> Locate(Model model, ByteSource content)
    {
        List<LocatedTensor> found = [];
        foreach (Value value in Constants(model))
        {
            TensorData tensor = value.Constant!;
            if (TryPlace(tensor, content, out long offset))
            {
                found.Add(new LocatedTensor(offset, tensor.ByteLength, tensor.Type, tensor.Shape, value.Name));
            }
        }

        found.Sort((a, b) => (a.Offset, -a.Length).CompareTo((b.Offset, -b.Length)));
        List<LocatedTensor> apart = [];
        foreach (LocatedTensor t in found)
        {
            if (apart.Count == 0 || t.Offset >= apart[^1].End)
            {
                apart.Add(t);
            }
        }

        return apart;
    }

    /// <summary>Puts tensors that decode when they are read in the place of those that view content not decoded yet; decodes what nobody would.</summary>
    public static void Defer(Model model, PackedByteSource source)
    {
        List<(long Start, long End)> deferred = [];
        foreach (Value value in Constants(model))
        {
            TensorData tensor = value.Constant!;
            if (TryPlace(tensor, source, out long offset) && !source.IsFilled(offset, tensor.ByteLength))
            {
                value.Constant = new PackedTensorData(tensor.Type, tensor.Shape, source, offset);
                deferred.Add((offset, offset + tensor.ByteLength));
            }
        }

        source.FillExcept(deferred);
    }

    // Tensors that are packed or cut into chunks are not there as such, and are not decoded to find that out.
    private static bool TryPlace(TensorData tensor, ByteSource content, out long offset)
    {
        offset = 0;
        if (tensor.Type.BitWidth() == 0 || tensor.ByteLength == 0)
        {
            return false;
        }

        if (tensor is PackedTensorData packed && packed.Source == content)
        {
            offset = packed.Offset;
            return true;
        }

        if (tensor is SourceTensorData part && part.Source == content)
        {
            offset = part.Offset;
            return true;
        }

        return tensor is DenseTensorData or SourceTensorData && tensor.TryGetBytes(out ReadOnlySpan<byte> bytes) && content.TryLocate(bytes, out offset);
    }
}
