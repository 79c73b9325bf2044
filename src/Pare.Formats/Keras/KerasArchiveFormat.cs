using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>
/// Keras 3's own file (<c>.keras</c>): a zip archive of <c>config.json</c>, <c>metadata.json</c> and <c>model.weights.h5</c>. Stored entries are read where they
/// lie. Written back with changed weights only, everything else as it stood.
/// </summary>
public sealed class KerasArchiveFormat : IModelFormat
{
    internal const string ConfigurationEntry = "config.json";
    internal const string WeightsEntry = "model.weights.h5";
    private const string MetadataEntry = "metadata.json";

    // A few bytes can claim to be many; a model that is larger than this is stored, not deflated.
    private const long MaxInflated = 1L << 30;
    private const long MaxText = 64L << 20;

    /// <inheritdoc/>
    public string Name => "keras";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".keras"];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.Keras;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!ZipDirectory.IsArchive(source.Bytes))
        {
            return FormatMatch.No;
        }

        try
        {
            ZipDirectory zip = ZipDirectory.Read(source.Bytes);
            return zip.Find(ConfigurationEntry) is null ? FormatMatch.No : zip.Find(WeightsEntry) is null ? FormatMatch.Possible : FormatMatch.Certain;
        }
        catch (PareException)
        {
            // A damaged archive: its suffix may still say what it was, and reading it what is wrong.
            return FormatMatch.No;
        }
    }

    /// <inheritdoc/>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ZipDirectory zip = ZipDirectory.Read(source.Bytes);
        ZipEntry weights = Find(zip, WeightsEntry);
        string? version = zip.Find(MetadataEntry) is { } metadata
            ? KerasReader.Guard(() => KerasJson.Parse(zip.Open(metadata, MaxText).ToMemory(), MetadataEntry).Text("keras_version"), MetadataEntry)
            : null;
        return KerasReader.Read(
            zip.Open(Find(zip, ConfigurationEntry), MaxText).ToMemory(),
            $"'{ConfigurationEntry}'",
            () => KerasReader.WeightsOf(Hdf5File.Open(zip.Open(weights, MaxInflated))),
            (structure, found) => new KerasExtension(source.Bytes, weights, found, structure, true),
            version);
    }

    /// <inheritdoc/>
    /// <exception cref="GraphException">More than the weights' values changed, which the file cannot say.</exception>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        KerasWriter.WriteArchive(model, target.Main);
    }

    private static ZipEntry Find(ZipDirectory zip, string name) => zip.Find(name)
        ?? throw new ModelFormatException(KerasReader.Label, $"the archive has no entry '{name}'; it holds {string.Join(", ", zip.Entries.Take(10).Select(e => $"'{e.Name}'"))}");
}
