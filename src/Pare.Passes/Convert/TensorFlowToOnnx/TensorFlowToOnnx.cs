namespace Pare.Passes.Conversion;

/// <summary>
/// Carries a TensorFlow graph over into ONNX operators of opset <see cref="Opset"/>, keeping TensorFlow's layout (NHWC) and names (<c>node:0</c>) at the boundary.
/// Control inputs are dropped: what is converted computes the same values, checks (Assert, CheckNumerics) are not carried over. Stateless and thread-safe.
/// </summary>
public static class TensorFlowToOnnx
{
    /// <summary>
    /// Operator set of converted models. 21 is what ONNX Runtime has known whole since 1.18, and the last whose operators other runtimes (web, mobile) widely know; it has
    /// everything lowerings use (reductions with axes as inputs, Resize with half_pixel_symmetric, blocked quantization).
    /// </summary>
    public const int Opset = 21;

    /// <summary>Converts a model into a new one of the ONNX vocabulary; constants are shared where no change of layout is needed.</summary>
    /// <exception cref="UnsupportedModelException">Nodes cannot be carried over; all of them are named.</exception>
    /// <exception cref="UsageException">An output needs an input that is not among those to be fed.</exception>
    public static Model Convert(Model model, TensorFlowToOnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new TensorFlowToOnnxOptions();
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new UsageException($"the model is in {model.Vocabulary.Name} operators; only TensorFlow graphs are converted here");
        }

        (model, options) = ModelPreparation.Apply(model, options);
        return new TensorFlowConverter(model, options).Run();
    }

    /// <summary>Name, ONNX element type and shape of a TensorFlow value, from its node's attributes.</summary>
    public static ValueDescription Describe(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new ValueDescription(value.Name, TensorFlowTypes.ToOnnx(TensorFlowTypes.TypeOf(value)), TensorFlowTypes.ShapeOf(value));
    }

    /// <summary>Whether nodes of an operator can be carried over (some of their variants may still not be).</summary>
    public static bool Supports(string @operator) => TensorFlowLowerings.Find(@operator) is not null;
}
