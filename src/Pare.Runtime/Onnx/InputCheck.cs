namespace Pare.Runtime;

/// <summary>Compares tensors with what an input takes, before ONNX Runtime does so in words of its own.</summary>
internal static class InputCheck
{
    /// <exception cref="UsageException">Type, rank or an extent differs.</exception>
    public static void Check(ValueDescription input, TensorData tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (input.Type != DataType.Undefined && OrtTypes.ToOrt(input.Type) != OrtTypes.ToOrt(tensor.Type))
        {
            throw new UsageException($"input '{input.Name}' takes {input.Type}, but the tensor given is {tensor.Type}", input.Name);
        }

        // ONNX Runtime gives scalars and unknown ranks alike as no dimensions: only what has some can be checked.
        if (input.Shape is not { Rank: > 0 } shape)
        {
            return;
        }

        if (shape.Rank != tensor.Shape.Rank)
        {
            throw new UsageException($"input '{input.Name}' has {shape.Rank} dimensions {shape}, but the tensor given has {tensor.Shape.Rank} {tensor.Shape}", input.Name);
        }

        for (int i = 0; i < shape.Rank; i++)
        {
            if (shape[i].Value is { } expected && expected != tensor.Shape[i])
            {
                throw new UsageException($"input '{input.Name}' has the shape {shape}, but the tensor given has {tensor.Shape}: dimension {i} must be {expected}", input.Name);
            }
        }
    }
}
