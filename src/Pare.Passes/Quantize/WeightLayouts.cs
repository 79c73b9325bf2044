using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>How the elements of layers' weights lie.</summary>
internal static class WeightLayouts
{
    /// <summary>The layout of a layer's weight.</summary>
    public static SymbolLayout Of(LinearLayer layer)
    {
        int outputs = layer.Groups * layer.OutputSize;
        if (layer.Window is not { } window)
        {
            return SymbolLayout.Matrix(layer.InputSize, outputs, layer.OutputStride == 1 ? SymbolOrder.InputsOutputs : SymbolOrder.OutputsInputs);
        }

        bool channelsTogether = layer.InputChannels > 1 && layer.RowOffset[1] - layer.RowOffset[0] == 1;
        SymbolOrder order = layer.OutputStride == 1 || (layer.Groups > 1 && layer.GroupStride == 1) ? SymbolOrder.InputsOutputs
            : channelsTogether ? SymbolOrder.OutputsHeightWidthInputs
            : SymbolOrder.OutputsInputs;
        return SymbolLayout.Convolution(outputs, layer.InputChannels, window.KernelHeight, window.KernelWidth, order);
    }

    /// <summary>The layout of a constant of which nothing is known but its shape: its last axis against the others.</summary>
    public static SymbolLayout Of(TensorShape shape) => shape.Rank < 2 || shape.Count == 0
        ? SymbolLayout.Vector((int)shape.Count)
        : SymbolLayout.Matrix((int)(shape.Count / shape[-1]), (int)shape[-1]);
}
