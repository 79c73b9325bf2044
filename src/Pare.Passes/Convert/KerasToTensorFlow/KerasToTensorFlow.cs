namespace Pare.Passes.Conversion;

/// <summary>
/// Carries a Keras model over into TensorFlow operators, as Keras computes at inference: dropout and noise do nothing, batch normalization uses its moving
/// statistics. Everything is computed in binary32, NHWC. Nodes are named after their layers. Stateless and thread-safe.
/// </summary>
public static class KerasToTensorFlow
{
    /// <summary>Converts a model into a new one of the TensorFlow vocabulary; weights are shared where their layout need not change.</summary>
    /// <exception cref="UnsupportedModelException">Layers cannot be carried over (Lambda, custom layers); all of them are named.</exception>
    /// <exception cref="UsageException">The model is no Keras model, or an output needs an input that is not among those to be fed.</exception>
    public static Model Convert(Model model, KerasToTensorFlowOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
        {
            throw new UsageException($"the model is in {model.Vocabulary.Name} operators; only Keras models are converted here");
        }

        return new KerasConverter(model, options ?? new KerasToTensorFlowOptions()).Run();
    }

    /// <summary>Whether layers of a class can be carried over (some of their variants may still not be).</summary>
    public static bool Supports(string className, string domain = "") => KerasLayers.Find(className, domain) is not null;
}
