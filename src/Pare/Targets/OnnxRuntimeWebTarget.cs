using System.Globalization;

namespace Pare.Workflows;

/// <summary>
/// ONNX Runtime in a browser: the computer's engine compiled to WebAssembly, with all of its operators, in 32 bits (see "Working with Large Models" of its documentation). What WebGPU or WebNN
/// leave to it runs there too.
/// </summary>
public sealed class OnnxRuntimeWebTarget : RuntimeTarget
{
    private const long AddressSpace = 1L << 32;
    private readonly OnnxRuntimeTarget _engine = new();

    /// <inheritdoc/>
    public override string Name => "onnxruntime-web";

    /// <inheritdoc/>
    public override IReadOnlyList<UnsupportedNode> FindUnsupported(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        long bytes = model.Graph.Constants.Concat(model.Subgraphs.SelectMany(g => g.Constants)).Sum(v => v.Constant!.ByteLength);
        return bytes < AddressSpace
            ? _engine.FindUnsupported(model)
            : [new UnsupportedNode("", "", string.Create(CultureInfo.InvariantCulture, $"the constants take {bytes:N0} bytes; WebAssembly addresses {AddressSpace:N0}"))];
    }
}
