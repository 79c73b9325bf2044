namespace Pare.Runtime;

/// <summary>The vocabularies that can be run. A new one is a file of its own and a line here.</summary>
internal static class ModelLoaders
{
    private static readonly IModelLoader[] s_all = [new OnnxLoader(), new TensorFlowLoader(), new TFLiteLoader(), new KerasLoader()];

    /// <summary>The loader of a vocabulary, or null.</summary>
    public static IModelLoader? Find(Vocabulary vocabulary) => Array.Find(s_all, l => ReferenceEquals(l.Vocabulary, vocabulary));
}
