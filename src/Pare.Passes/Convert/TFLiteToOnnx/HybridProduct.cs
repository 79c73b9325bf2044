namespace Pare.Passes.Conversion;

/// <summary>A row times a weight matrix [outputs, inputs] that may be stored in integers, in which case the row is quantized at run time, as the hybrid kernels of recurrent layers do.</summary>
internal sealed class HybridProduct
{
    private readonly Value? _real;
    private readonly Value? _codes;
    private readonly float _scale;
    private readonly bool _asymmetric;

    /// <param name="c">The node.</param>
    /// <param name="input">Which of its inputs is the matrix.</param>
    /// <param name="asymmetric">Whether rows are quantized with a zero point.</param>
    public HybridProduct(TFLiteContext c, int input, bool asymmetric)
    {
        TFLiteOperand weights = c.Operand(input);
        _asymmetric = asymmetric;
        if (weights.IsQuantized && !c.Operand(0).IsQuantized && weights.Quantization!.Scales.Length == 1)
        {
            _codes = weights.Codes;
            _scale = weights.Scale;
        }
        else
        {
            _real = weights.Real;
        }
    }

    /// <summary>The product with rows.</summary>
    public Value Emit(OnnxBuilder b, Value x)
    {
        if (_real is not null)
        {
            return b.Emit("Gemm", [x, _real], ("transB", AttributeValue.Of(1L)));
        }

        QuantizedRows rows = RowQuantizer.Quantize(b, x, [-1], _asymmetric);
        Value sum = b.Emit("Gemm", [rows.Codes, _codes], ("transB", AttributeValue.Of(1L)));
        return b.Mul(b.Mul(sum, rows.Scale), b.Scalar(DataType.Float32, _scale));
    }
}
