namespace Pare.Passes.Conversion;

/// <summary>
/// Layers as Keras 1 wrote them (<c>Convolution2D</c>, <c>border_mode</c>, <c>dim_ordering</c>, weights gate by gate), brought into the terms of Keras 2, as
/// Keras 2 itself does when it loads such files. Stateless.
/// </summary>
internal static class KerasOneLayers
{
    private static readonly Dictionary<string, string> s_classes = new(StringComparer.Ordinal)
    {
        ["Convolution1D"] = "Conv1D",
        ["Convolution2D"] = "Conv2D",
        ["Convolution3D"] = "Conv3D",
        ["AtrousConvolution1D"] = "Conv1D",
        ["AtrousConvolution2D"] = "Conv2D",
        ["Deconvolution2D"] = "Conv2DTranspose",
        ["Deconvolution3D"] = "Conv3DTranspose",
        ["SeparableConvolution1D"] = "SeparableConv1D",
        ["SeparableConvolution2D"] = "SeparableConv2D",
        ["TimeDistributedDense"] = "Dense",
    };

    private static readonly Dictionary<string, string> s_entries = new(StringComparer.Ordinal)
    {
        ["nb_filter"] = "filters",
        ["border_mode"] = "padding",
        ["subsample"] = "strides",
        ["subsample_length"] = "strides",
        ["dim_ordering"] = "data_format",
        ["atrous_rate"] = "dilation_rate",
        ["bias"] = "use_bias",
        ["inner_activation"] = "recurrent_activation",
        ["pool_length"] = "pool_size",
        ["stride"] = "strides",
        ["filter_length"] = "kernel_size",
    };

    // In Keras 1 only; the others may mean something in later versions too.
    private static readonly string[] s_signs = ["nb_filter", "border_mode", "subsample", "subsample_length", "dim_ordering", "atrous_rate", "inner_activation", "pool_length"];

    /// <summary>A class's name in Keras 2.</summary>
    public static string NameOf(string className) => s_classes.GetValueOrDefault(className, className);

    /// <summary>Class, configuration and weights in the terms of Keras 2; the same where Keras 1 did not write them.</summary>
    public static (string ClassName, AttributeMap Config, TensorData[] Weights) Modernize(string className, AttributeMap config, TensorData[] weights)
    {
        if (!s_classes.ContainsKey(className) && !Array.Exists(s_signs, config.ContainsKey))
        {
            return (className, config, weights);
        }

        AttributeMap entries = new();
        foreach ((string key, AttributeValue value) in config)
        {
            string name = s_entries.GetValueOrDefault(key, key);
            entries[name] = key == "dim_ordering" && value.Kind == AttributeKind.String ? AttributeValue.Of(value.AsString == "th" ? "channels_first" : "channels_last") : value;
        }

        string modern = NameOf(className);
        return (modern, entries, Weights(modern, entries, weights));
    }

    private static TensorData[] Weights(string className, AttributeMap config, TensorData[] weights)
    {
        bool first = config.TryGetValue("data_format", out AttributeValue? format) && format.Kind == AttributeKind.String && format.AsString == "channels_first";
        switch (className)
        {
            case "Conv1D" when weights is [{ Shape.Rank: 4 } kernel, ..]:
                return [Squeezed(kernel, config), .. weights[1..]];
            case "Conv2D" or "SeparableConv2D" when first:
                return [.. weights.Select(w => Permuted(w, 2, 3, 1, 0))];
            case "Conv3D" when first:
                return [.. weights.Select(w => Permuted(w, 2, 3, 4, 1, 0))];
            case "Conv2DTranspose":
                return [.. weights.Select(w => first ? Permuted(w, 2, 3, 0, 1) : Permuted(w, 0, 1, 3, 2))];
            case "LSTM" when weights.Length == 12:
                // i, c, f, o become i, f, c, o.
                return Joined(weights, 0, 2, 1, 3);
            case "GRU" when weights.Length == 9:
                return Joined(weights, 0, 1, 2);
            default:
                return weights;
        }
    }

    // [taps, 1, in, out], in early files [out, in, taps, 1].
    private static TensorView Squeezed(TensorData kernel, AttributeMap config)
    {
        bool early = kernel.Shape[1] != 1 || (config.TryGetValue("filters", out AttributeValue? filters) && filters.Kind == AttributeKind.Integer && filters.AsInteger != kernel.Shape[3]);
        TensorData ordered = early ? Permuted(kernel, 2, 3, 1, 0) : kernel;
        return new TensorView(ordered, ordered.Type, new TensorShape(ordered.Shape[0], ordered.Shape[2], ordered.Shape[3]));
    }

    private static TensorData Permuted(TensorData data, params ReadOnlySpan<long> axes) => data.Shape.Rank == axes.Length ? TransposedTensorData.Of(data, axes) : data;

    // Kernel, recurrent kernel and bias of each gate, side by side.
    private static TensorData[] Joined(TensorData[] weights, params ReadOnlySpan<int> gates)
    {
        TensorData[] joined = new TensorData[3];
        for (int part = 0; part < joined.Length; part++)
        {
            TensorShape shape = weights[part].Shape;
            int rows = shape.Rank == 2 ? (int)shape[0] : 1;
            int columns = (int)shape[-1];
            float[] values = new float[rows * columns * gates.Length];
            for (int g = 0; g < gates.Length; g++)
            {
                TensorData own = weights[(3 * gates[g]) + part];
                if (!own.Shape.Dimensions.SequenceEqual(shape.Dimensions))
                {
                    throw new LoweringException($"the gates' weights {shape} and {own.Shape} differ in shape");
                }

                float[] source = own.ToFloats();
                for (int row = 0; row < rows; row++)
                {
                    source.AsSpan(row * columns, columns).CopyTo(values.AsSpan(((row * gates.Length) + g) * columns));
                }
            }

            joined[part] = DenseTensorData.Create(values, shape.Rank == 2 ? new TensorShape(rows, columns * gates.Length) : new TensorShape(columns * gates.Length));
        }

        return joined;
    }
}
