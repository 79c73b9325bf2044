namespace Pare;

/// <summary>Casts, quantization and the operators on quantized values.</summary>
internal static class TensorFlowConversions
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.Conversion,
            [
                "Cast", "Bitcast", "Dequantize", "Quantize", "QuantizeV2", "QuantizeAndDequantize", "QuantizeAndDequantizeV2", "QuantizeAndDequantizeV3", "FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxVars",
                "FakeQuantWithMinMaxVarsPerChannel", "Requantize", "RequantizationRange", "QuantizeDownAndShrinkRange",
            ]),
        .. TensorFlowTraits.Of(
            OperatorKind.Pure,
            [
                "QuantizedConv2D", "QuantizedMatMul", "QuantizedBiasAdd", "QuantizedRelu", "QuantizedRelu6", "QuantizedReluX", "QuantizedMaxPool", "QuantizedAvgPool", "QuantizedConcat", "QuantizedReshape",
                "QuantizedBatchNormWithGlobalNormalization", "QuantizedInstanceNorm", "QuantizedAdd", "QuantizedMul", "QuantizedDepthwiseConv2D",
            ]),
    ];
}
