namespace Pare;

/// <summary>
/// The operators of one format, with what passes may know about each. A vocabulary is a list of operator families, one file each; an operator that
/// stands in none has <see cref="OperatorTraits.Unknown"/>. Its families are read when the first operator is asked for, so that vocabularies no model speaks cost nothing. Immutable and thread-safe.
/// </summary>
public sealed class Vocabulary
{
    private readonly Lazy<Dictionary<string, OperatorTraits>> _traits;

    /// <summary>Creates a vocabulary.</summary>
    /// <param name="name">Its name, such as <c>TensorFlow</c>.</param>
    /// <param name="nodeNamesAreUnique">Whether two nodes may not bear one name.</param>
    /// <param name="families">Operator families; a later one overrides an earlier.</param>
    public Vocabulary(string name, bool nodeNamesAreUnique, params IEnumerable<IEnumerable<OperatorTraits>> families)
    {
        Name = name;
        NodeNamesAreUnique = nodeNamesAreUnique;
        _traits = new Lazy<Dictionary<string, OperatorTraits>>(() => Read(families));
    }

    /// <summary>Name of the vocabulary.</summary>
    public string Name { get; }

    /// <summary>Whether two nodes may not bear one name (TensorFlow).</summary>
    public bool NodeNamesAreUnique { get; }

    /// <summary>All operators that are known.</summary>
    public IEnumerable<OperatorTraits> Operators => _traits.Value.Values;

    /// <summary>What is known about a node's operator; <see cref="OperatorTraits.Unknown"/> where nothing is.</summary>
    public OperatorTraits TraitsOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return TraitsOf(node.Operator, node.Domain);
    }

    /// <summary>What is known about an operator; <see cref="OperatorTraits.Unknown"/> where nothing is.</summary>
    public OperatorTraits TraitsOf(string @operator, string domain = "") => _traits.Value.GetValueOrDefault(Key(domain, @operator), OperatorTraits.Unknown);

    /// <summary>Whether the edge from <paramref name="producer"/> to <paramref name="consumer"/> closes a loop and does not count for the order.</summary>
    public bool IsBackEdge(Node producer, Node consumer) => TraitsOf(producer).Kind == OperatorKind.NextIteration;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Dictionary<string, OperatorTraits> Read(IEnumerable<IEnumerable<OperatorTraits>> families)
    {
        Dictionary<string, OperatorTraits> traits = new(StringComparer.Ordinal);
        foreach (IEnumerable<OperatorTraits> family in families)
        {
            foreach (OperatorTraits t in family)
            {
                traits[Key(t.Domain, t.Operator)] = t;
            }
        }

        return traits;
    }

    private static string Key(string domain, string @operator) => domain.Length == 0 || domain == "ai.onnx" ? @operator : $"{domain}::{@operator}";
}
