using System.Globalization;
using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>
/// Weights as <c>.h5</c> files keep them: a group a layer, whose attribute <c>weight_names</c> lists its datasets in order. A model within the model is one such
/// layer, its trainable weights first.
/// </summary>
internal sealed class LegacyWeights(Hdf5Object root) : IKerasWeights
{
    /// <summary>The group that holds the layers: <c>model_weights</c> of a whole model, else the root; null where neither lists layers.</summary>
    public static Hdf5Object? FindRoot(Hdf5File file)
    {
        Hdf5Object root = file.Root.Find("model_weights") ?? file.Root;
        return HasList(root, "layer_names") ? root : null;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> Assign(KerasNetwork network)
    {
        Dictionary<string, IReadOnlyList<KerasWeight>> assigned = new(StringComparer.Ordinal);
        Dictionary<KerasLayer, string> groups = Pair(network);
        foreach (KerasLayer layer in network.Layers)
        {
            List<KerasWeight> weights = groups.TryGetValue(layer, out string? group) ? Load(group) : [];
            if (layer.Network is not null)
            {
                NestedWeights.Distribute(layer, weights, assigned);
            }
            else
            {
                if (KerasWeightRoles.Of(layer.ClassName, layer.Config) is { } roles && roles.Trainable.Length + roles.Other.Length is var expected && weights.Count < expected)
                {
                    throw new ModelFormatException("Keras", $"the file holds {weights.Count} weights of the {layer.ClassName}; {expected} were expected ({string.Join(", ", roles.Trainable.Concat(roles.Other))})", node: layer.Name);
                }

                assigned[layer.Name] = weights;
            }
        }

        return assigned;
    }

    /// <summary>The texts of an attribute that Keras splits where it is long (<c>name0</c>, <c>name1</c>, …).</summary>
    private static List<string> List(Hdf5Object group, string name)
    {
        if (group.Attribute(name) is { } whole)
        {
            return [.. whole.Texts()];
        }

        List<string> texts = [];
        for (int i = 0; group.Attribute(name + i.ToString(CultureInfo.InvariantCulture)) is { } part; i++)
        {
            texts.AddRange(part.Texts());
        }

        return texts;
    }

    private static bool HasList(Hdf5Object group, string name) => group.Attribute(name) is not null || group.Attribute(name + "0") is not null;

    // By name where the names agree; else, as Keras itself loads weights, by the order of the layers that have any.
    private Dictionary<KerasLayer, string> Pair(KerasNetwork network)
    {
        List<string> groups = List(root, "layer_names");
        KerasLayer[] weighted = [.. network.Layers.Where(l => NestedWeights.HasWeights(l) != false)];
        HashSet<string> known = [.. groups];
        if (weighted.All(l => known.Contains(l.Name)))
        {
            return weighted.ToDictionary(l => l, l => l.Name);
        }

        KerasLayer[] layers = [.. network.Layers.Where(l => NestedWeights.HasWeights(l) == true)];
        string[] filled = [.. groups.Where(g => root.Find(g) is { } o && List(o, "weight_names").Count > 0)];
        if (layers.Length != filled.Length)
        {
            string missing = string.Join(", ", weighted.Where(l => !known.Contains(l.Name)).Take(5).Select(l => $"'{l.Name}'"));
            throw new ModelFormatException("Keras", $"the weights do not fit the architecture: the file has {filled.Length} layers with weights, the architecture {layers.Length}; not in the file are {missing}");
        }

        return layers.Zip(filled).ToDictionary(p => p.First, p => p.Second);
    }

    private List<KerasWeight> Load(string name)
    {
        if (root.Find(name) is not { } group)
        {
            throw new ModelFormatException("Keras", $"'layer_names' lists '{name}', but there is no such group", node: name);
        }

        List<KerasWeight> weights = [];
        foreach (string weight in List(group, "weight_names"))
        {
            Hdf5Object dataset = group.Find(weight) ?? throw new ModelFormatException("Keras", $"'weight_names' lists '{weight}', but there is no such dataset", node: name);
            weights.Add(KerasWeight.Read(weight, dataset));
        }

        return weights;
    }
}
