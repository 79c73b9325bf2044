namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// TensorFlow's SavedModel folders (<c>saved_model.pb</c> with its variables), read as one graph: functions put in, variables as constants, inputs and outputs
/// those of a signature and called as it calls them. What is made of a model is written as a GraphDef; SavedModels are not written.
/// </summary>
public sealed class SavedModelFormat : IModelFormat
{
    /// <summary>What errors call the format.</summary>
    internal const string Label = "SavedModel";

    /// <summary>The file that a folder of this format holds.</summary>
    internal const string MainFile = "saved_model.pb";

    /// <inheritdoc/>
    public string Name => "savedmodel";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = new GraphDefFormat().Suffixes;

    /// <inheritdoc/>
    public string? FolderFile => MainFile;

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.TensorFlow;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return SavedModelIdentifier.Identify(source.Bytes);
    }

    /// <inheritdoc/>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new SavedModelReader(source.Bytes.ToMemory(), name => Open(source.Folder, name), source.Signature, source.Tags).Read();
    }

    /// <inheritdoc/>
    public void Write(Model model, ModelTarget target) => new GraphDefFormat().Write(model, target);

    // Only fixed names are asked for (variables/variables.index and its data files): none leads out of the folder.
    private static ByteSource? Open(string? folder, string name)
    {
        if (folder is null)
        {
            return null;
        }

        string path = Path.Combine(folder, name);
        return File.Exists(path) ? ByteSource.FromFile(path) : null;
    }
}
