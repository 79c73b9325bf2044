using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Opens model files of any format. Stateless and thread-safe.</summary>
public static class ModelLoader
{
    /// <summary>Opens a model. Tensors stay in the file and are read when asked for.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or of no known format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoadedModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: no such file", path);
        }

        string suffix = Path.GetExtension(path).ToLowerInvariant();
        ModelSource source = new() { Bytes = ByteSource.FromFile(path), Name = path, Folder = Path.GetDirectoryName(Path.GetFullPath(path)), Suffix = suffix };
        IModelFormat format = Identify(source) ?? throw new ModelFormatException("model file", "the content is of no known format");
        return new LoadedModel(format.Read(source), format, path, suffix, source.Bytes.Length);
    }

    private static IModelFormat? Identify(ModelSource source) => ModelFormats.All
        .Select(f => (Format: f, Match: f.Identify(source)))
        .Where(m => m.Match != FormatMatch.No)
        .OrderByDescending(m => m.Match)
        .ThenByDescending(m => m.Format.Suffixes.Contains(source.Suffix))
        .FirstOrDefault().Format;
}
