using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>A weight as it lies in the file: which dataset, and the content read from it, which tells whether it was replaced since. Immutable.</summary>
/// <param name="Name">Its name: what the file calls it, or its role.</param>
/// <param name="Dataset">Where it lies.</param>
/// <param name="Original">Its content in the file.</param>
internal sealed record KerasWeight(string Name, Hdf5Dataset Dataset, TensorData Original)
{
    /// <summary>Reads a weight's description.</summary>
    public static KerasWeight Read(string name, Hdf5Object source)
    {
        Hdf5Dataset dataset = Hdf5Dataset.Read(source);
        return new KerasWeight(name, dataset, dataset.ToTensor());
    }
}
