using System.Text;

namespace Pare.Passes.Optimize;

/// <summary>Gives all nodes but the inputs and outputs short names in order (<c>0</c>, <c>1</c>, … <c>Z</c>, <c>10</c>); colocations follow, so that the graph still loads.</summary>
public sealed class ObfuscateNamesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "obfuscate_names";

    /// <inheritdoc/>
    public override string Summary => "give nodes short names that tell nothing";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        Graph graph = model.Graph;
        HashSet<Node> kept = [.. graph.Inputs.Concat(graph.Outputs).Select(v => v.Producer).OfType<Node>()];
        HashSet<string> taken = new(kept.Select(n => n.Name), StringComparer.Ordinal);
        Dictionary<string, string> renamed = new(StringComparer.Ordinal);
        int next = 0;
        foreach (Node n in graph.Nodes)
        {
            if (kept.Contains(n))
            {
                continue;
            }

            string name;
            do
            {
                name = Short(next++);
            }
            while (!taken.Add(name));

            if (n.Name.Length > 0)
            {
                renamed[n.Name] = name;
            }

            if (n.Name != name)
            {
                log.Add("nodes renamed");
            }

            n.Name = name;
        }

        foreach (Node n in graph.Nodes)
        {
            if (n.Attributes.TryGetValue("_class", out AttributeValue? value) && value.Kind == AttributeKind.Strings)
            {
                n.Attributes["_class"] = AttributeValue.Of([.. value.AsStrings.Select(s => Follow(s, renamed))]);
            }
        }

        return log.ToChanges();
    }

    private static ReadOnlyMemory<byte> Follow(ReadOnlyMemory<byte> text, Dictionary<string, string> renamed)
    {
        const string Prefix = "loc:@";
        string s = Encoding.UTF8.GetString(text.Span);
        return s.StartsWith(Prefix, StringComparison.Ordinal) && renamed.TryGetValue(s[Prefix.Length..], out string? name) ? Encoding.UTF8.GetBytes(Prefix + name) : text;
    }

    // Digits, then letters: names must begin with a letter, a digit or a dot.
    private static string Short(int number)
    {
        const string Digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        StringBuilder name = new();
        do
        {
            name.Insert(0, Digits[number % Digits.Length]);
            number /= Digits.Length;
        }
        while (number > 0);
        return name.ToString();
    }
}
