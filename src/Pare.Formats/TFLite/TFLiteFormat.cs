namespace Pare.Formats.TFLite;

/// <summary>
/// TensorFlow Lite models (<c>.tflite</c>), the whole schema (version 3). Tensors are views of the file, also those that lie behind its tables or in files beside it. A node's operator is the
/// schema's name of the builtin operator, its attributes are the operator's options; a custom operator bears its own code and the domain <see cref="CustomDomain"/>. What a graph does not hold
/// (signatures, metadata, names of inner tensors) is kept and written back. Stateless and thread-safe.
/// </summary>
public sealed class TFLiteFormat : IModelFormat
{
    /// <summary>Domain of custom operators.</summary>
    public const string CustomDomain = "custom";

    /// <summary>What errors call the format.</summary>
    internal const string Label = "TFLite";

    /// <inheritdoc/>
    public string Name => "tflite";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".tflite"];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.TFLite;

    /// <summary>The version of a builtin operator that a node bears in a file: the one it was read with while its types stay, else the one it needs.</summary>
    public static long VersionOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Extension is TFLiteOperatorInfo info && info.Name == node.Operator && info.Types == TFLiteVersions.TypesOf(node) ? info.Version : TFLiteVersions.Of(node);
    }

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Bytes.Length >= 8 && source.Bytes.Slice(4, 4).Span.SequenceEqual("TFL3"u8) ? FormatMatch.Certain : FormatMatch.No;
    }

    /// <inheritdoc/>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Model model = new TFLiteReader(source).Read();
        GraphVerifier.Verify(model);
        return model;
    }

    /// <inheritdoc/>
    /// <exception cref="GraphException">The model holds what the schema cannot say; the message names the node or the value.</exception>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        new TFLiteWriter(model).Write(target.Main);
    }
}
