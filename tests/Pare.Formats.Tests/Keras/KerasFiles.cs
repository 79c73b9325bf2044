using Pare.Testing;

namespace Pare.Formats.Tests.Keras;

/// <summary>
/// Small Keras files made with h5py 3.7 (HDF5 1.10): a chain of three Dense layers in every kind of HDF5 structure, a network with shared and nested layers, Keras 3's archive.
/// Value i of weight k is i/4 - k.
/// </summary>
internal static class KerasFiles
{
    public static string Find(string name) => Path.Combine(SharedFiles.Repository, "tests", "Pare.Formats.Tests", "Keras", "Files", name);

    public static IEnumerable<string> All => Directory.EnumerateFiles(Path.GetDirectoryName(Find("x"))!).Order(StringComparer.Ordinal);

    public static Model Open(string name) => ModelFile.Open(Find(name)).Model;

    public static Model Read(byte[] bytes, string suffix)
    {
        ModelSource source = new() { Bytes = ByteSource.FromMemory(bytes), Name = "model" + suffix, Suffix = suffix };
        IModelFormat format = suffix == ".keras" ? new Pare.Formats.Keras.KerasArchiveFormat() : new Pare.Formats.Keras.KerasHdf5Format();
        return format.Read(source);
    }
}
