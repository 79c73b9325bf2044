using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>
/// Keras models in HDF5 (<c>.h5</c>): whole models as Keras 1 and 2 save them (and Keras 3 on request), and weights alone, whose architecture is then sought
/// beside the file under the same name with <c>.json</c> (what <c>model.to_json()</c> gives). Written back with changed weights only.
/// </summary>
public sealed class KerasHdf5Format : IModelFormat
{
    /// <inheritdoc/>
    public string Name => "h5";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".h5", ".hdf5"];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.Keras;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hdf5File.FindSuperblock(source.Bytes) switch { 0 => FormatMatch.Certain, null => FormatMatch.No, _ => FormatMatch.Likely };
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">The file holds weights alone and no architecture lies beside it.</exception>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Hdf5File file = Hdf5File.Open(source.Bytes);
        string? version = file.Root.Attribute("keras_version")?.Texts() is [var text] ? text : file.Root.Find("model_weights")?.Attribute("keras_version")?.Texts() is [var inner] ? inner : null;
        bool whole = file.Root.Attribute("model_config") is not null;
        ReadOnlyMemory<byte> configuration = whole ? file.Root.Attribute("model_config")!.RawText() : ArchitectureFile.Read(source, file);
        return KerasReader.Read(
            configuration,
            whole ? "the attribute 'model_config'" : "the architecture beside the file",
            () => KerasReader.WeightsOf(file),
            (structure, found) => new KerasExtension(source.Bytes, null, found, structure, whole),
            version);
    }

    /// <inheritdoc/>
    /// <exception cref="GraphException">More than the weights' values changed, which the file cannot say.</exception>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        KerasWriter.WriteHdf5(model, target.Main);
    }
}
