using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>The weights that Keras's own layers have by their configuration, in Keras's order: trainable ones first.</summary>
internal static class KerasWeightRoles
{
    private static readonly HashSet<string> s_none = new(StringComparer.Ordinal)
    {
        "InputLayer", "Activation", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise",
        "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Flatten", "Reshape", "Permute", "RepeatVector", "Cropping1D", "Cropping2D", "Cropping3D", "ZeroPadding1D", "ZeroPadding2D",
        "ZeroPadding3D", "UpSampling1D", "UpSampling2D", "UpSampling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "Add", "Subtract", "Multiply",
        "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Merge", "Masking", "Rescaling", "Resizing", "CenterCrop", "CategoryEncoding", "Discretization", "UnitNormalization", "Lambda",
        "TFOpLambda", "SlicingOpLambda", "RandomFlip", "RandomRotation", "RandomZoom", "RandomCrop", "RandomContrast", "RandomBrightness", "RandomTranslation", "RandomHeight", "RandomWidth", "Identity",
    };

    /// <summary>Roles of a layer's weights: trainable, then others; null for a class that Keras does not bring along.</summary>
    public static (string[] Trainable, string[] Other)? Of(string className, JsonElement config)
    {
        switch (className)
        {
            case "Dense" or "Conv1D" or "Conv2D" or "Conv3D" or "Conv1DTranspose" or "Conv2DTranspose" or "Conv3DTranspose" or "Convolution1D" or "Convolution2D" or "Convolution3D" or "LocallyConnected1D" or "LocallyConnected2D" or "AtrousConvolution1D" or "AtrousConvolution2D" or "Deconvolution2D" or "Deconvolution3D":
                return (Biased(config, "kernel"), []);
            case "EinsumDense":
                return (config.Get("bias_axes").IsNothing() ? ["kernel"] : ["kernel", "bias"], []);
            case "DepthwiseConv1D" or "DepthwiseConv2D":
                return (Biased(config, "depthwise_kernel"), []);
            case "SeparableConv1D" or "SeparableConv2D" or "SeparableConvolution2D":
                return (Biased(config, "depthwise_kernel", "pointwise_kernel"), []);
            case "BatchNormalization" or "BatchNormalizationV1" or "BatchNormalizationV2" or "SyncBatchNormalization":
                return (ScaledAndCentred(config), ["moving_mean", "moving_variance"]);
            case "LayerNormalization" or "GroupNormalization":
                return (config.Flag("rms_scaling", false) ? ["gamma"] : ScaledAndCentred(config), []);
            case "RMSNormalization":
                return (["scale"], []);
            case "Embedding":
                return (["embeddings"], []);
            case "PReLU":
                return (["alpha"], []);
            case "LSTM" or "GRU" when IsGateByGate(config):
                return (ByGate(className == "LSTM" ? "icfo" : "zrh"), []);
            case "SimpleRNN" or "LSTM" or "GRU" or "CuDNNLSTM" or "CuDNNGRU" or "ConvLSTM1D" or "ConvLSTM2D" or "ConvLSTM3D" or "SimpleRNNCell" or "LSTMCell" or "GRUCell":
                return (Biased(config, "kernel", "recurrent_kernel"), []);
            case "RNN":
                return Inner(config.Get("cell"), "");
            case "StackedRNNCells":
                return Joined([.. config.Get("cells").Items().Select((c, i) => Inner(c, $"cell_{i}/"))]);
            case "TimeDistributed":
                return Inner(config.Get("layer"), "");
            case "Bidirectional":
                JsonElement forward = config.Get("layer");
                JsonElement backward = config.Get("backward_layer") is { ValueKind: JsonValueKind.Object } own ? own : forward;
                return Joined([Inner(forward, "forward_"), Inner(backward, "backward_")]);
            case "SpectralNormalization":
                return Inner(config.Get("layer"), "") is { } normalized ? (normalized.Trainable, [.. normalized.Other, "vector_u"]) : null;
            case "MultiHeadAttention" or "GroupedQueryAttention" or "GroupQueryAttention":
                return ([.. new[] { "query", "key", "value", "attention_output" }.SelectMany(p => Biased(config, $"{p}/kernel").Select(n => n == "bias" ? $"{p}/bias" : n))], []);
            case "Attention":
                return ([.. config.Flag("use_scale", false) ? ["scale"] : Array.Empty<string>(), .. config.Text("score_mode") == "concat" ? ["concat_score_weight"] : Array.Empty<string>()], []);
            case "AdditiveAttention":
                return (config.Flag("use_scale", true) ? ["scale"] : [], []);
            case "Normalization":
                return ([], config.Get("mean").IsNothing() ? ["mean", "variance", "count"] : []);
            default:
                return s_none.Contains(className) ? ([], []) : null;
        }
    }

    private static (string[] Trainable, string[] Other)? Inner(JsonElement layer, string prefix) =>
        layer.Text("class_name") is { } name && Of(name, layer.Get("config")) is { } inner
            ? ([.. inner.Trainable.Select(r => prefix + r)], [.. inner.Other.Select(r => prefix + r)])
            : null;

    private static (string[] Trainable, string[] Other)? Joined((string[] Trainable, string[] Other)?[] parts) => parts.All(p => p is not null)
        ? ([.. parts.SelectMany(p => p!.Value.Trainable)], [.. parts.SelectMany(p => p!.Value.Other)])
        : null;

    // Keras 1 keeps a kernel, a recurrent kernel and a bias a gate, unless told to save for a GPU.
    private static bool IsGateByGate(JsonElement config) => config.Get("units").IsNothing() && !config.Get("output_dim").IsNothing() && config.Text("consume_less") != "gpu";

    private static string[] ByGate(string gates) => [.. gates.SelectMany(g => new[] { $"W_{g}", $"U_{g}", $"b_{g}" })];

    private static string[] Biased(JsonElement config, params string[] kernels) => config.Flag("use_bias", config.Flag("bias", true)) ? [.. kernels, "bias"] : kernels;

    private static string[] ScaledAndCentred(JsonElement config) => [.. config.Flag("scale", true) ? ["gamma"] : Array.Empty<string>(), .. config.Flag("center", true) ? ["beta"] : Array.Empty<string>()];
}
