namespace Pare;

/// <summary>A function defined in a model: a graph that nodes of its domain and name stand for (ONNX's <c>FunctionProto</c>).</summary>
public sealed class ModelFunction
{
    /// <summary>Creates a function.</summary>
    public ModelFunction(string domain, string name, Graph body)
    {
        Domain = domain;
        Name = name;
        Body = body;
    }

    /// <summary>The operator set it belongs to.</summary>
    public string Domain { get; }

    /// <summary>The operator that it defines.</summary>
    public string Name { get; }

    /// <summary>Its body; inputs and outputs are the function's.</summary>
    public Graph Body { get; }

    /// <summary>Nodes of the body that a caller waits for even where it takes none of their outputs (effects, checks).</summary>
    public IList<Node> ControlOutputs { get; } = [];

    /// <summary>Versions of the operator sets that the body uses, by domain.</summary>
    public IDictionary<string, long> OperatorSets { get; } = new OrderedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; set; }

    /// <summary>Whether the body is no longer the one that was read, so that a format must write it anew.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Says that the body was changed.</summary>
    public void MarkChanged() => IsChanged = true;

    /// <summary>A copy under another name; tensors are shared.</summary>
    public ModelFunction Clone(string name) => ModelCloner.Clone(this, name);
}
