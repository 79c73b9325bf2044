namespace Pare.Formats.Keras;

/// <summary>Finds the weights of a network's layers in a file.</summary>
internal interface IKerasWeights
{
    /// <summary>The weights of every layer that is no model itself, in Keras's order, by the path of names that leads to it (<c>block/conv</c>).</summary>
    /// <exception cref="ModelFormatException">The file lacks weights that the configuration asks for.</exception>
    IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> Assign(KerasNetwork network);
}
