namespace Pare.Formats.Keras;

/// <summary>Shares out the one list of weights that an <c>.h5</c> file keeps of a model within the model.</summary>
internal static class NestedWeights
{
    /// <summary>Whether a layer has weights; null where that cannot be told.</summary>
    public static bool? HasWeights(KerasLayer layer)
    {
        if (layer.Network is { } network)
        {
            bool?[] inner = [.. network.Layers.Select(HasWeights)];
            return inner.Contains(true) ? true : inner.Contains(null) ? null : false;
        }

        return KerasWeightRoles.Of(layer.ClassName, layer.Config) is { } roles ? roles.Trainable.Length + roles.Other.Length > 0 : layer.IsOperation ? false : null;
    }

    /// <summary>Assigns the weights: by the layers' names in the weights' names where that gives every layer what it needs, else by order, trainable ones first.</summary>
    public static void Distribute(KerasLayer model, List<KerasWeight> weights, Dictionary<string, IReadOnlyList<KerasWeight>> assigned)
    {
        List<(string Path, KerasLayer Layer)> leaves = [];
        Collect(model, model.Name, leaves);
        if (!ByName(leaves, weights, assigned) && !ByOrder(leaves, weights, assigned))
        {
            throw new ModelFormatException("Keras", $"the {weights.Count} weights of this model cannot be told apart: neither their names nor their number fit its layers", node: model.Name);
        }
    }

    private static void Collect(KerasLayer model, string path, List<(string Path, KerasLayer Layer)> leaves)
    {
        foreach (KerasLayer layer in model.Network!.Layers)
        {
            string inner = $"{path}/{layer.Name}";
            if (layer.Network is not null)
            {
                Collect(layer, inner, leaves);
            }
            else
            {
                leaves.Add((inner, layer));
            }
        }
    }

    private static bool ByName(List<(string Path, KerasLayer Layer)> leaves, List<KerasWeight> weights, Dictionary<string, IReadOnlyList<KerasWeight>> assigned)
    {
        Dictionary<string, List<KerasWeight>> bySegment = new(StringComparer.Ordinal);
        foreach (KerasWeight w in weights)
        {
            foreach (string segment in w.Name.Split('/').SkipLast(1).Distinct())
            {
                (bySegment.TryGetValue(segment, out List<KerasWeight>? list) ? list : bySegment[segment] = []).Add(w);
            }
        }

        Dictionary<string, IReadOnlyList<KerasWeight>> found = new(StringComparer.Ordinal);
        int taken = 0;
        foreach ((string path, KerasLayer layer) in leaves)
        {
            List<KerasWeight> own = bySegment.GetValueOrDefault(layer.Name) ?? [];
            if (Expected(layer) is { } expected && own.Count != expected)
            {
                return false;
            }

            found[path] = own;
            taken += own.Count;
        }

        if (taken != weights.Count)
        {
            return false;
        }

        foreach ((string path, IReadOnlyList<KerasWeight> own) in found)
        {
            assigned[path] = own;
        }

        return true;
    }

    private static bool ByOrder(List<(string Path, KerasLayer Layer)> leaves, List<KerasWeight> weights, Dictionary<string, IReadOnlyList<KerasWeight>> assigned)
    {
        (int Trainable, int Other)[] counts = new (int, int)[leaves.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            if (KerasWeightRoles.Of(leaves[i].Layer.ClassName, leaves[i].Layer.Config) is not { } roles)
            {
                if (leaves[i].Layer.IsOperation)
                {
                    continue;
                }

                return false;
            }

            counts[i] = leaves[i].Layer.Config.Flag("trainable", true) ? (roles.Trainable.Length, roles.Other.Length) : (0, roles.Trainable.Length + roles.Other.Length);
        }

        if (counts.Sum(c => c.Trainable + c.Other) != weights.Count)
        {
            return false;
        }

        int trainable = 0;
        int other = counts.Sum(c => c.Trainable);
        for (int i = 0; i < counts.Length; i++)
        {
            assigned[leaves[i].Path] = [.. weights.Skip(trainable).Take(counts[i].Trainable), .. weights.Skip(other).Take(counts[i].Other)];
            trainable += counts[i].Trainable;
            other += counts[i].Other;
        }

        return true;
    }

    private static int? Expected(KerasLayer layer) => KerasWeightRoles.Of(layer.ClassName, layer.Config) is { } roles ? roles.Trainable.Length + roles.Other.Length : layer.IsOperation ? 0 : null;
}
