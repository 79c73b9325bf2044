using Pare.Formats;

namespace Pare.Workflows;

/// <summary>A model with the file it came from.</summary>
/// <param name="Model">The model.</param>
/// <param name="Format">Format of the file.</param>
/// <param name="Path">Path as given.</param>
/// <param name="Suffix">Suffix of the file's name, lower-case, without that of a compression.</param>
/// <param name="Bytes">Bytes of the decompressed file.</param>
public sealed record LoadedModel(Model Model, IModelFormat Format, string Path, string Suffix, long Bytes);
