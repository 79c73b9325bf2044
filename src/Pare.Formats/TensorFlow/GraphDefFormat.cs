namespace Pare.Formats.TensorFlow;

/// <summary>TensorFlow's GraphDef, binary (<c>.pb</c>) and text (<c>.pbtxt</c>).</summary>
public sealed class GraphDefFormat : IModelFormat
{
    /// <summary>What errors call the format.</summary>
    internal const string Label = "GraphDef";

    private const string TextSuffix = ".pbtxt";

    /// <inheritdoc/>
    public string Name => "graphdef";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".pb", TextSuffix];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.TensorFlow;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return GraphDefIdentifier.Identify(source.Bytes);
    }

    /// <inheritdoc/>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ReadOnlyMemory<byte> bytes = source.Bytes.PeekAll();
        bool text = GraphDefIdentifier.IdentifyBinary(source.Bytes) == FormatMatch.No && (source.Suffix == TextSuffix || GraphDefTextForm.LooksLikeText(bytes.Span));
        return text ? GraphDefTextForm.Read(bytes) : new GraphDefReader(bytes).Read();
    }

    /// <inheritdoc/>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Suffix == TextSuffix)
        {
            GraphDefTextForm.Write(model, target.Main);
        }
        else
        {
            GraphDefWriter.Write(model, target.Main);
        }
    }
}
