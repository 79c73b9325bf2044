using Pare.Passes.Optimize;

namespace Pare.Passes.Conversion;

/// <summary>
/// Carries a TensorFlow graph over into TFLite operators: made an inference-only graph first (batch norms folded, constants computed), then by way of ONNX operators, whose lowering to TFLite
/// serves both; operators that TFLite has and ONNX lacks pass through whole (<see cref="TensorFlowPassThrough"/>). Layouts: filters HWIO become OHWI, depthwise ones [1, h, w, i·m], matrices
/// [out, in]; the tensors are turned when they are read, so that a large model is never held twice. Stateless and thread-safe.
/// </summary>
public static class TensorFlowToTFLite
{
    /// <summary>Converts a model into a new one of the TFLite vocabulary; the model given stays as it is.</summary>
    /// <exception cref="UnsupportedModelException">Nodes cannot be carried over; all of them are named.</exception>
    public static Model Convert(Model model, PassContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        context ??= new PassContext();
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new UsageException($"the model is in {model.Vocabulary.Name} operators; only TensorFlow graphs are converted here");
        }

        Model prepared = model.Clone();
        OptimizePipeline.Create(prepared, new OptimizeOptions()).Run(prepared, context);
        Model onnx = TensorFlowToOnnx.Convert(prepared, new TensorFlowToOnnxOptions { CancelTransposes = false, Overrides = TensorFlowPassThrough.All });
        return OnnxToTFLite.Convert(onnx, context);
    }
}
