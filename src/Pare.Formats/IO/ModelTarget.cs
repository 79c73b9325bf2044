namespace Pare.Formats;

/// <summary>Where a model is written to: the main file and, for formats that have them, files beside it. Implemented by whoever owns the files, so that all of them appear at once or not at all.</summary>
public abstract class ModelTarget
{
    /// <summary>The main file's stream, written from the start; not closed by the format.</summary>
    public abstract Stream Main { get; }

    /// <summary>Suffix of the main file, lower-case with its dot, which may choose between a format's forms (<c>.pbtxt</c>).</summary>
    public abstract string Suffix { get; }

    /// <summary>Name of the main file without its folder; companions may be named after it.</summary>
    public virtual string FileName => "model" + Suffix;

    /// <summary>Opens a companion file (ONNX external data) in the main file's folder.</summary>
    /// <param name="name">A plain file name without a folder.</param>
    /// <exception cref="UsageException">This target takes a single file only.</exception>
    public virtual Stream OpenCompanion(string name) => throw new UsageException($"the model needs a second file '{name}', but the target takes one file only");
}
