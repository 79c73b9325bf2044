using Pare.Passes.Optimize;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Puts codes in place of the weights of a TFLite model: int8 constants with a scale for each output channel, which either an operator's hybrid kernel takes as they are or a DEQUANTIZE turns
/// into the weights again. Plans are made elsewhere; this only edits.
/// </summary>
public static class TFLiteCodeStorage
{
    /// <summary>Replaces the weights of a model by codes, and biases by the codes' own.</summary>
    /// <param name="layers">The layers of the model to edit.</param>
    /// <param name="codes">One entry a layer, without scales of input channels; null leaves a layer alone.</param>
    /// <param name="hybrid">Whether kernels that take int8 weights beside float activations get the codes themselves; they quantize activations at run time.</param>
    /// <returns>How many weights were replaced.</returns>
    /// <exception cref="PassException">A layer has scales of input channels, for which TFLite has no form.</exception>
    public static int Apply(IReadOnlyList<LinearLayer> layers, IReadOnlyList<LayerCodes?> codes, bool hybrid)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(codes);
        int count = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            if (codes[i] is not { } c)
            {
                continue;
            }

            Value weight = layers[i].Weight;
            if (c.Encoding == WeightEncoding.InPlace)
            {
                weight.Constant = DenseTensorData.Create(c.Weights, weight.Constant!.Shape);
            }
            else if (c.RowScales is not null || layers[i].OutputChannelAxes.Count != 1)
            {
                throw new PassException("code_storage", $"'{weight.Name}' has a scale for each input channel, which TFLite cannot store");
            }
            else
            {
                Replace(layers[i], c, hybrid);
            }

            if (layers[i].Bias is { } bias && c.Bias is { } values)
            {
                bias.Constant = DenseTensorData.Create(values, bias.Constant!.Shape);
            }

            count++;
        }

        return count;
    }

    private static void Replace(LinearLayer layer, LayerCodes codes, bool hybrid)
    {
        Value weight = layer.Weight;
        Node node = layer.Node;
        DenseTensorData data = DenseTensorData.Create<sbyte>(DataType.Int8, codes.Codes, weight.Constant!.Shape);
        QuantizationParameters parameters = new() { Scales = [.. codes.ColumnScales], ZeroPoints = [.. new long[codes.ColumnScales.Length]], Axis = layer.OutputChannelAxes[0] };
        // Depthwise kernels take int8 weights too, but slower than floats, and not every runtime quantizes their activations alike.
        if (hybrid && TFLiteWeights.IsHybrid(node) && node.Operator != "DEPTHWISE_CONV_2D")
        {
            if (node.Operator == "FULLY_CONNECTED")
            {
                node.Attributes["asymmetric_quantize_inputs"] = AttributeValue.Of(true);
            }
        }
        else
        {
            Node dequantize = node.Graph.CreateNodeBefore(node, weight.Name, "DEQUANTIZE", [weight], outputs: 0);
            Value real = dequantize.AddOutput(new UniqueNames(node.Graph).Make(weight.Name + "/real"));
            (real.Type, real.Shape) = (DataType.Float32, weight.Shape);
            foreach (Use use in weight.Uses.Where(u => u.Node != dequantize).ToArray())
            {
                use.Node.SetInput(use.Index, real);
            }
        }

        GraphEditing.SetConstant(weight, data);
        weight.Quantization = parameters;
    }
}
