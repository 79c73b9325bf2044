namespace Pare.Passes.Conversion;

/// <summary>
/// Carries a TFLite model over into ONNX operators of opset <see cref="TensorFlowToOnnx.Opset"/>, keeping TFLite's layout (NHWC), names and element types at the boundary. Integer
/// operators follow the runtime's integer rules: products are computed exactly, in binary32 where no sum can exceed 2^24, and scaled and rounded as the runtime's kernels do. Variables
/// and variable tensors become inputs and outputs (see <see cref="TFLiteConversion"/>). Stateless and thread-safe.
/// </summary>
public static class TFLiteToOnnx
{
    /// <summary>Converts a model into a new one of the ONNX vocabulary.</summary>
    /// <exception cref="UnsupportedModelException">Nodes cannot be carried over; all of them are named.</exception>
    /// <exception cref="UsageException">The model is of another vocabulary, or an output needs an input that is not among those to be fed.</exception>
    public static TFLiteConversion Convert(Model model, TFLiteToOnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new TFLiteToOnnxOptions();
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"the model is in {model.Vocabulary.Name} operators; only TFLite models are converted here");
        }

        return new TFLiteConverter(model, options).Run();
    }

    /// <summary>Whether nodes of an operator can be carried over (some of their variants may still not be).</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="domain">Its domain; <c>custom</c> for custom operators.</param>
    public static bool Supports(string @operator, string domain = "") => TFLiteLowerings.Find(@operator, domain) is not null;
}
