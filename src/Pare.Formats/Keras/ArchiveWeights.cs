using System.Globalization;
using System.Text;
using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>
/// Weights as Keras 3 keeps them: <c>layers/&lt;class in snake case&gt;[_n]/vars/&lt;i&gt;</c>, n counting the layers of a class in the configuration's order; models
/// within nest the same way, wrappers by the names of what they wrap. Where a group says its layer's name, that is believed first.
/// </summary>
internal sealed class ArchiveWeights(Hdf5Object root) : IKerasWeights
{
    private static readonly string[] s_containers = ["layers", "_layer_checkpoint_dependencies"];

    // What layers hold inside, in the order of their weights.
    private static readonly string[] s_parts =
    [
        "cell", "cells", "layer", "forward_layer", "backward_layer",
        "_query_dense", "query_dense", "_key_dense", "key_dense", "_value_dense", "value_dense", "_output_dense", "output_dense",
    ];

    /// <summary>Whether a file's root looks like Keras 3's weights.</summary>
    public static bool Fits(Hdf5Object root) => s_containers.Any(c => root.Links.ContainsKey(c) || root.Links.Keys.Any(k => k.StartsWith(c + "\\", StringComparison.Ordinal)));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<KerasWeight>> Assign(KerasNetwork network)
    {
        Dictionary<string, IReadOnlyList<KerasWeight>> assigned = new(StringComparer.Ordinal);
        Assign(network, "", "", assigned);
        return assigned;
    }

    /// <summary>A class name as Keras 3 writes it in paths: <c>PReLU</c> becomes <c>p_re_lu</c>, <c>SeparableConv2D</c> <c>separable_conv2d</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        StringBuilder text = new();
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                continue;
            }

            // Keras: (.)([A-Z][a-z]+) and ([a-z])([A-Z]) get an underscore between.
            bool startsWord = char.IsAsciiLetterUpper(c) && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]);
            bool afterLower = char.IsAsciiLetterUpper(c) && i > 0 && char.IsAsciiLetterLower(name[i - 1]);
            if (i > 0 && (startsWord || afterLower) && text.Length > 0 && text[^1] != '_')
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private void Assign(KerasNetwork network, string group, string path, Dictionary<string, IReadOnlyList<KerasWeight>> assigned)
    {
        Dictionary<string, int> used = new(StringComparer.Ordinal);
        (string container, Dictionary<string, string> byName) = Container(group);
        foreach (KerasLayer layer in network.Layers)
        {
            string snake = ToSnakeCase(layer.ClassName);
            int n = used[snake] = used.TryGetValue(snake, out int before) ? before + 1 : 0;
            string counted = n == 0 ? snake : string.Create(CultureInfo.InvariantCulture, $"{snake}_{n}");
            string inFile = byName.TryGetValue(layer.Name, out string? named) ? named
                : Find(Hdf5Object.Join(container, counted)) is not null ? counted : layer.Name;
            string place = Hdf5Object.Join(container, inFile);
            string inner = path.Length == 0 ? layer.Name : $"{path}/{layer.Name}";
            if (layer.Network is { } nested)
            {
                Assign(nested, layer.IsPerStep ? place + "/layer" : place, inner, assigned);
                continue;
            }

            List<KerasWeight> weights = [];
            (string[] Trainable, string[] Other)? roles = KerasWeightRoles.Of(layer.ClassName, layer.Config);
            string[] names = roles is { } r ? [.. r.Trainable, .. r.Other] : [];
            Collect(place, weights, inner, names, 0);
            if (weights.Count < names.Length)
            {
                throw new ModelFormatException("Keras", $"the file holds {weights.Count} weights of the {layer.ClassName} under '{place}'; {names.Length} were expected ({string.Join(", ", names)})", node: inner);
            }

            assigned[inner] = weights;
        }
    }

    private (string Container, Dictionary<string, string> ByName) Container(string group)
    {
        Dictionary<string, string> byName = new(StringComparer.Ordinal);
        string container = s_containers.Select(c => Hdf5Object.Join(group, c)).FirstOrDefault(c => Find(c) is not null) ?? Hdf5Object.Join(group, s_containers[0]);
        if (Find(container) is not { IsDataset: false } found)
        {
            return (container, byName);
        }

        HashSet<string> twice = new(StringComparer.Ordinal);
        foreach (string key in found.Links.Keys)
        {
            if (found.Find(key + "/vars") is { IsDataset: false } vars && vars.Attribute("name")?.Texts() is [{ Length: > 0 } name] && !byName.TryAdd(name, key))
            {
                twice.Add(name);
            }
        }

        foreach (string name in twice)
        {
            byName.Remove(name);
        }

        return (container, byName);
    }

    private void Collect(string place, List<KerasWeight> weights, string path, string[] roles, int depth)
    {
        const int Deepest = 8;
        if (depth > Deepest || Find(place) is not { IsDataset: false } group)
        {
            return;
        }

        if (Find(place + "/vars") is { IsDataset: false } vars)
        {
            foreach (string index in vars.Links.Keys.OrderBy(k => int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out int i) ? i : int.MaxValue).ThenBy(k => k, StringComparer.Ordinal))
            {
                string role = weights.Count < roles.Length ? roles[weights.Count] : $"{place}/vars/{index}";
                weights.Add(KerasWeight.Read($"{path}/{role}", vars.Find(index)!));
            }
        }

        string[] children = [.. group.Links.Keys.Where(k => k is not ("vars" or "seed_generator") && !k.StartsWith("seed_generator", StringComparison.Ordinal))];
        if (children.Contains("forward_layer"))
        {
            children = [.. children.Where(k => k != "layer")];
        }

        IEnumerable<string> ordered = children.Where(c => s_parts.Contains(c)).OrderBy(c => Array.IndexOf(s_parts, c))
            .Concat(children.Where(c => !s_parts.Contains(c)).Order(StringComparer.Ordinal));
        foreach (string child in ordered)
        {
            Collect($"{place}/{child}", weights, path, roles, depth + 1);
        }
    }

    // Early files of this kind hold flat groups whose names contain backslashes.
    private Hdf5Object? Find(string path) => root.Find(path) ?? (root.Links.ContainsKey(path.Replace('/', '\\')) ? root.Find(path.Replace('/', '\\')) : null);
}
