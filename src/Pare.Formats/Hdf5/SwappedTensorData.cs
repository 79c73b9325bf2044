namespace Pare.Formats.Hdf5;

/// <summary>A tensor stored with the most significant byte first.</summary>
internal sealed class SwappedTensorData(TensorData stored, int elementSize) : TensorData(stored.Type, stored.Shape)
{
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        // Whole elements around the part, turned, then the part.
        long first = offset / elementSize * elementSize;
        long last = (offset + destination.Length + elementSize - 1) / elementSize * elementSize;
        byte[] bytes = new byte[last - first];
        stored.ReadBytes(first, bytes);
        Swap(bytes, elementSize);
        bytes.AsSpan((int)(offset - first), destination.Length).CopyTo(destination);
    }

    /// <summary>Turns every element around.</summary>
    public static void Swap(Span<byte> bytes, int elementSize)
    {
        for (int i = 0; i + elementSize <= bytes.Length; i += elementSize)
        {
            bytes.Slice(i, elementSize).Reverse();
        }
    }
}
