using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>Finds the architecture that belongs to a file of weights alone.</summary>
internal static class ArchitectureFile
{
    private const long MaxBytes = 64L << 20;

    /// <summary>The JSON beside a file: <c>&lt;file without suffix&gt;.json</c>.</summary>
    /// <exception cref="UnsupportedModelException">There is none.</exception>
    public static ReadOnlyMemory<byte> Read(ModelSource source, Hdf5File file)
    {
        // Whether these are Keras's weights at all is asked first.
        _ = KerasReader.WeightsOf(file);
        string path = Path.ChangeExtension(source.Name, ".json");
        if (path.EndsWith(".weights.json", StringComparison.OrdinalIgnoreCase) && !File.Exists(path))
        {
            path = path[..^".weights.json".Length] + ".json";
        }

        if (source.Folder is null || !File.Exists(path))
        {
            throw new UnsupportedModelException(
                $"the file holds weights alone (no 'model_config'), which say nothing about how the layers are joined; put the architecture that model.to_json() gives beside it as '{Path.GetFileName(path)}'", []);
        }

        ByteSource bytes = ByteSource.FromFile(path);
        return bytes.Length <= MaxBytes ? bytes.ToMemory() : throw new ModelFormatException(KerasReader.Label, $"'{path}' has {bytes.Length} bytes; an architecture of more than {MaxBytes} is not believed");
    }
}
