namespace Pare.Evaluation;

/// <summary>Takes tensors apart along their first axis.</summary>
internal static class TensorRows
{
    /// <summary>Row <paramref name="index"/> as a tensor of one dimension less (copied).</summary>
    public static TensorData Row(TensorData tensor, int index)
    {
        TensorShape shape = new(tensor.Shape.Dimensions[1..]);
        if (tensor.Type == DataType.String)
        {
            int n = (int)shape.Count;
            return new StringTensorData(shape, [.. tensor.GetStrings().Skip(index * n).Take(n)]);
        }

        byte[] bytes = new byte[tensor.Type.ByteLength(shape.Count)];
        tensor.ReadBytes(index * (long)bytes.Length, bytes);
        return new DenseTensorData(tensor.Type, shape, bytes);
    }
}
