using System.Text;
using System.Text.Json;
using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>Reads what both kinds of Keras files have in common: an architecture in JSON and weights in HDF5.</summary>
internal static class KerasReader
{
    /// <summary>What errors call the format.</summary>
    public const string Label = "Keras";

    /// <summary>Builds the model.</summary>
    /// <param name="configuration">The architecture's JSON.</param>
    /// <param name="what">What errors call it.</param>
    /// <param name="findWeights">Finds the weights once the architecture is known to be whole.</param>
    /// <param name="extend">Makes what the model keeps beside, given the graph's structure and the Keras version in the architecture.</param>
    /// <param name="version">Version of Keras that wrote the file; null where only the architecture may say.</param>
    public static Model Read(ReadOnlyMemory<byte> configuration, string what, Func<IKerasWeights> findWeights, Func<string, string, KerasExtension> extend, string? version)
    {
        return Guard(
            () =>
            {
                JsonElement json = KerasJson.Parse(configuration, what);
                KerasNetwork network = KerasNetworkReader.Read(json);
                Model model = new(Vocabularies.Keras, KerasGraphBuilder.Build(network, findWeights().Assign(network)));
                string found = version ?? json.Text("keras_version") ?? "";
                if (found.Length > 0)
                {
                    model.Metadata["keras_version"] = found;
                }

                model.Extension = extend(Describe(model.Graph), found);
                GraphVerifier.Verify(model);
                return model;
            },
            what);
    }

    /// <summary>Reads JSON whose texts may turn out to be none when they are read: bad escapes, bad UTF-8.</summary>
    /// <exception cref="ModelFormatException">One does.</exception>
    public static T Guard<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw new ModelFormatException(Label, $"{what} holds a text that is no text: {e.Message}", innerException: e);
        }
    }

    /// <summary>Names, operators and edges of a graph in one text: equal texts, equal structures.</summary>
    public static string Describe(Graph graph)
    {
        StringBuilder text = new();
        foreach (Node n in graph.Nodes)
        {
            text.Append(n.Name).Append('\t').Append(n.Operator);
            foreach (Value? v in n.Inputs)
            {
                text.Append('\t').Append(v?.Name);
            }

            text.Append('\n');
        }

        foreach (Value v in graph.Outputs)
        {
            text.Append(v.Name).Append('\t');
        }

        return text.ToString();
    }

    /// <summary>Whether a file of weights is laid out as Keras 3 does.</summary>
    public static IKerasWeights WeightsOf(Hdf5File file) => LegacyWeights.FindRoot(file) is { } root ? new LegacyWeights(root)
        : ArchiveWeights.Fits(file.Root) ? new ArchiveWeights(file.Root)
        : throw new ModelFormatException(Label, "the HDF5 file holds no Keras weights: it has neither 'layer_names' (Keras 1 and 2) nor a group 'layers' (Keras 3)");
}
