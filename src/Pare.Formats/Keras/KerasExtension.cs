
namespace Pare.Formats.Keras;

/// <summary>What a Keras file holds beside its graph; lies in <see cref="Model.Extension"/>. Immutable.</summary>
public sealed class KerasExtension
{
    internal KerasExtension(ByteSource file, ZipEntry? weightsEntry, string kerasVersion, string structure, bool ownsArchitecture)
    {
        File = file;
        WeightsEntry = weightsEntry;
        KerasVersion = kerasVersion;
        Structure = structure;
        OwnsArchitecture = ownsArchitecture;
    }

    /// <summary>Version of Keras that wrote the file; empty where it does not say.</summary>
    public string KerasVersion { get; }

    /// <summary>Whether the file holds the architecture too, rather than weights alone.</summary>
    public bool OwnsArchitecture { get; }

    /// <summary>The whole file.</summary>
    internal ByteSource File { get; }

    /// <summary>The archive's entry that holds the weights; null for an HDF5 file.</summary>
    internal ZipEntry? WeightsEntry { get; }

    /// <summary>The graph's structure when it was read, to tell whether it changed.</summary>
    internal string Structure { get; }
}
