using Pare.Runtime;

namespace Pare.Workflows;

/// <summary>ONNX Runtime on a computer: what Pare itself runs models with, so the runtime is asked.</summary>
public sealed class OnnxRuntimeTarget : RuntimeTarget
{
    /// <inheritdoc/>
    public override string Name => "onnxruntime";

    /// <inheritdoc/>
    public override IReadOnlyList<UnsupportedNode> FindUnsupported(Model model)
    {
        try
        {
            using IModelSession session = new OnnxRuntimeRunner().Load(model);
            return [];
        }
        catch (UnsupportedModelException e)
        {
            return e.Nodes.Count > 0 ? e.Nodes : [new UnsupportedNode("", "", e.Message)];
        }
    }
}
