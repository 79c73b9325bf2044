namespace Pare.Workflows;

/// <summary>Brings tensors from real numbers to integers with a scale and back, so that a model and its quantized form can be fed and compared alike.</summary>
internal static class QuantizedTensors
{
    /// <summary>The tensor as another type by scale and zero point; itself where the types agree or there is no scale.</summary>
    public static TensorData Fit(TensorData tensor, DataType wanted, QuantizationParameters? quantization)
    {
        if (tensor.Type == DataType.Float64 && wanted == DataType.Float32)
        {
            return DenseTensorData.Create(tensor.ToFloats(), tensor.Shape);
        }

        if (tensor.Type == wanted || quantization is not { Scales: [var scale, ..] } || tensor.Type == DataType.String)
        {
            return tensor;
        }

        long zero = quantization.ZeroPoints is [var z, ..] ? z : 0;
        if (tensor.Type.IsFloat() == wanted.IsFloat())
        {
            return tensor;
        }

        float[] values = tensor.ToFloats();
        if (wanted.IsFloat())
        {
            return DenseTensorData.Create([.. values.Select(v => scale * (v - zero))], tensor.Shape);
        }

        (double low, double high) = wanted switch { DataType.UInt8 => (0.0, 255.0), DataType.Int16 => (short.MinValue, short.MaxValue), _ => (sbyte.MinValue, sbyte.MaxValue) };
        double[] codes = [.. values.Select(v => Math.Clamp(Math.Round(v / (double)scale, MidpointRounding.AwayFromZero) + zero, low, high))];
        return wanted switch
        {
            DataType.UInt8 => DenseTensorData.Create<byte>(wanted, [.. codes.Select(c => (byte)c)], tensor.Shape),
            DataType.Int16 => DenseTensorData.Create<short>(wanted, [.. codes.Select(c => (short)c)], tensor.Shape),
            DataType.Int8 => DenseTensorData.Create<sbyte>(wanted, [.. codes.Select(c => (sbyte)c)], tensor.Shape),
            _ => tensor,
        };
    }
}
