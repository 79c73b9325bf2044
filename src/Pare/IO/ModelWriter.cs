using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Writes models in the format that the output's suffix names. Stateless and thread-safe.</summary>
public static class ModelWriter
{
    /// <summary>The format that a path's suffix names, which must be one of the model's vocabulary.</summary>
    /// <exception cref="UsageException">The suffix is of another format or of none.</exception>
    public static IModelFormat FormatFor(string path, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        string suffix = Path.GetExtension(path).ToLowerInvariant();
        IModelFormat? format = ModelFormats.All.FirstOrDefault(f => f.Suffixes.Contains(suffix) && ReferenceEquals(f.Vocabulary, vocabulary));
        if (format is not null)
        {
            return format;
        }

        string own = string.Join(" or ", ModelFormats.All.Where(f => ReferenceEquals(f.Vocabulary, vocabulary)).SelectMany(f => f.Suffixes));
        throw new UsageException(
            $"{path}: a {vocabulary.Name} model is written as {own}; 'pare convert' makes other formats", path);
    }

    /// <summary>Writes a model into a batch of outputs.</summary>
    /// <returns>The file as it will lie there.</returns>
    public static FileReport Write(Model model, string path, OutputBatch outputs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(outputs);
        IModelFormat format = FormatFor(path, model.Vocabulary);
        Target target = new(path, outputs);
        format.Write(model, target);
        target.Main.Flush();
        return FileReport.Of(path, target.Main);
    }

    /// <summary>A model's file in memory, for measuring its size.</summary>
    /// <param name="model">The model.</param>
    /// <param name="suffix">Suffix of the file it stands for, which may choose between a format's forms.</param>
    public static byte[] ToBytes(Model model, string suffix)
    {
        ArgumentNullException.ThrowIfNull(model);
        IModelFormat format = FormatFor("model" + suffix, model.Vocabulary);
        using MemoryStream stream = new();
        format.Write(model, new StreamTarget(stream, suffix));
        return stream.ToArray();
    }

    private sealed class Target(string path, OutputBatch outputs) : ModelTarget
    {
        public override Stream Main { get; } = outputs.Create(path);

        public override string Suffix => Path.GetExtension(path).ToLowerInvariant();

        public override string FileName => Path.GetFileName(path);

        public override Stream OpenCompanion(string name) => outputs.Create(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".", name));
    }
}
