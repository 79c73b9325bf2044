namespace Pare.Formats;

/// <summary>A model file format: knows its own files, reads and writes them. Stateless and thread-safe.</summary>
public interface IModelFormat
{
    /// <summary>Name as in JSON output, lower-case (<c>graphdef</c>, <c>onnx</c>).</summary>
    string Name { get; }

    /// <summary>Suffixes of its files, the usual first, lower-case with their dots.</summary>
    IReadOnlyList<string> Suffixes { get; }

    /// <summary>Where models of the format are folders: the file in the folder that is read first; null where a model is a file.</summary>
    string? FolderFile => null;

    /// <summary>The vocabulary of its models.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>How sure the format is that a file is one of its own, from its content alone (structure of the first bytes, never weights).</summary>
    FormatMatch Identify(ModelSource source);

    /// <summary>Reads a model. Tensors stay where they are and are read when asked for.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or not of this format.</exception>
    /// <exception cref="GraphException">The file holds a graph that breaks the rules.</exception>
    Model Read(ModelSource source);

    /// <summary>Writes a model of this format's vocabulary.</summary>
    /// <param name="model">The model; the verifier's rules hold.</param>
    /// <param name="target">Where the file goes.</param>
    void Write(Model model, ModelTarget target);
}
