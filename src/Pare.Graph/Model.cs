namespace Pare;

/// <summary>A trained network: its main graph, further subgraphs and functions, in the operator vocabulary of the format it came from. Not safe for concurrent writing.</summary>
public sealed class Model
{
    /// <summary>Creates a model.</summary>
    public Model(Vocabulary vocabulary, Graph? graph = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
        Graph = graph ?? new Graph();
    }

    /// <summary>The operators' vocabulary.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The main graph.</summary>
    public Graph Graph { get; }

    /// <summary>Further graphs that operators refer to by index (TFLite), the main graph excluded.</summary>
    public IList<Graph> Subgraphs { get; } = [];

    /// <summary>Functions defined in the model (ONNX).</summary>
    public IList<ModelFunction> Functions { get; } = [];

    /// <summary>Versions of the operator sets used, by domain (ONNX); <c>""</c> is the default domain.</summary>
    public IDictionary<string, long> OperatorSets { get; } = new OrderedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Free properties of the file.</summary>
    public IDictionary<string, string> Metadata { get; } = new OrderedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What was tolerated while reading.</summary>
    public IList<Diagnostic> Diagnostics { get; } = [];

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; set; }

    /// <summary>A copy whose structure can be edited apart from this one's; tensors are shared, since they never change.</summary>
    public Model Clone() => ModelCloner.Clone(this);
}
