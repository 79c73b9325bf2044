using Pare.Passes.Optimize;

namespace Pare.Passes.Quantize;

/// <summary>
/// Cross-layer equalization (Nagel et al., Data-Free Quantization, 2019): where a layer's output reaches one other layer through nothing but functions with f(c·x) = c·f(x), each channel
/// is scaled by <c>sqrt(r1 r2) / r1</c> in the first and back in the second, r1 and r2 being the channel's largest weights, so that both have the same range; dead channels, and biases that would pass the layer's largest, are left. What is left true: every output, but for rounding.
/// </summary>
public sealed class EqualizeLayersPass : Pass
{
    private const int Sweeps = 4;
    private const double MostScale = 64;

    // Channels whose weights are this small beside the layer's largest are dead: to scale them up would only blow up their biases.
    private const double Dead = 1e-4;

    /// <inheritdoc/>
    public override string Name => "equalize_layers";

    /// <inheritdoc/>
    public override string Summary => "ranges of neighbouring layers' channels made alike";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-4;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        LinearLayer[] layers = [.. LinearLayers.Find(model)];
        Dictionary<Node, LinearLayer> byNode = layers.ToDictionary(l => l.Node);
        (LinearLayer First, LinearLayer Second)[] pairs = [.. layers.Select(l => (l, Second: Follower(model, l, byNode))).Where(p => p.Second is not null).Select(p => (p.l, p.Second!))];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach ((LinearLayer first, LinearLayer second) in pairs)
            {
                Equalize(first, second);
            }
        }

        log.Add("pairs of layers equalized", pairs.Length);
        return log.ToChanges();
    }

    // The one layer that reads a layer's output, where scales pass through all that lies between.
    private static LinearLayer? Follower(Model model, LinearLayer layer, Dictionary<Node, LinearLayer> layers)
    {
        Value at = layer.Result;
        if (!IsHomogeneous(layer.Node) || (layer.Bias is null && HasBias(layer.Node)))
        {
            return null;
        }

        while (LinearLayers.OnlyConsumer(at) is { } next && !model.Graph.IsOutput(at))
        {
            if (layers.TryGetValue(next, out LinearLayer? second))
            {
                int channels = layer.Groups * layer.OutputSize;
                bool fits = second.Groups == 1 ? second.InputChannels == channels && second.InputChannelAxis is not null : second.InputChannels == 1 && second.Groups == channels;
                return fits && ReferenceEquals(second.Input, at) && (layer.Window is null) == (second.Window is null) ? second : null;
            }

            OperatorTraits traits = model.Vocabulary.TraitsOf(next);
            bool keepsChannels = next.Operator is "RELU" or "LEAKY_RELU" or "MAX_POOL_2D" or "AVERAGE_POOL_2D" or "PAD";
            if (!keepsChannels || !IsHomogeneous(next) || next.Outputs.Count != 1 || traits.Kind == OperatorKind.Unknown)
            {
                return null;
            }

            at = next.Output;
        }

        return null;
    }

    // A bias that something else takes too cannot be scaled.
    private static bool HasBias(Node node) => node.Inputs.Count > 2 && node.Inputs[2] is not null;

    private static bool IsHomogeneous(Node node) => node.Attributes.GetString("fused_activation_function", "NONE") is "NONE" or "RELU";

    private static void Equalize(LinearLayer first, LinearLayer second)
    {
        int channels = first.Groups * first.OutputSize;
        float[] w1 = first.Weight.Constant!.ToFloats();
        float[] w2 = second.Weight.Constant!.ToFloats();
        float[]? bias = first.Bias?.Constant!.ToFloats();
        double largest1 = w1.Max(Math.Abs) * Dead;
        double largest2 = w2.Max(Math.Abs) * Dead;
        double largestBias = bias?.Max(Math.Abs) ?? 0;
        for (int c = 0; c < channels; c++)
        {
            int[] out1 = [.. ColumnOf(first, c)];
            int[] in2 = [.. RowsOf(second, c)];
            double r1 = out1.Max(i => Math.Abs((double)w1[i]));
            double r2 = in2.Max(i => Math.Abs((double)w2[i]));
            double scale = Math.Clamp(Math.Sqrt(r2 / r1), 1 / MostScale, MostScale);
            if (!(r1 > largest1) || !(r2 > largest2) || !double.IsFinite(scale))
            {
                continue;
            }

            // A bias beyond the others' would widen the range that all channels of the activation share.
            if (bias is not null && Math.Abs(bias[c]) * scale > largestBias)
            {
                scale = Math.Min(scale, Math.Max(1, largestBias / Math.Abs(bias[c])));
            }

            foreach (int i in out1)
            {
                w1[i] = (float)(w1[i] * scale);
            }

            foreach (int i in in2)
            {
                w2[i] = (float)(w2[i] / scale);
            }

            if (bias is not null)
            {
                bias[c] = (float)(bias[c] * scale);
            }
        }

        first.Weight.Constant = DenseTensorData.Create(w1, first.Weight.Constant!.Shape);
        second.Weight.Constant = DenseTensorData.Create(w2, second.Weight.Constant!.Shape);
        if (bias is not null)
        {
            first.Bias!.Constant = DenseTensorData.Create(bias, first.Bias.Constant!.Shape);
        }
    }

    private static IEnumerable<int> ColumnOf(LinearLayer layer, int channel)
    {
        int start = (channel / layer.OutputSize * layer.GroupStride) + (channel % layer.OutputSize * layer.OutputStride);
        return layer.RowOffset.Select(o => start + o);
    }

    // Weights that read an input channel.
    private static IEnumerable<int> RowsOf(LinearLayer layer, int channel)
    {
        for (int o = 0; o < layer.OutputSize; o++)
        {
            for (int j = 0; j < layer.InputSize; j++)
            {
                if (layer.Groups > 1 || layer.RowChannel[j] == channel)
                {
                    yield return ((layer.Groups > 1 ? channel : 0) * layer.GroupStride) + (o * layer.OutputStride) + layer.RowOffset[j];
                }
            }
        }
    }
}
