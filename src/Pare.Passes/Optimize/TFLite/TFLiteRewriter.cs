namespace Pare.Passes.Optimize.TFLite;

/// <summary>A TFLite graph being rewritten: what rules ask and how they edit. Not thread-safe.</summary>
internal sealed class TFLiteRewriter(Model model, Graph graph, ChangeLog log)
{
    /// <summary>The model.</summary>
    public Model Model => model;

    /// <summary>The graph.</summary>
    public Graph Graph => graph;

    /// <summary>How many changes were made so far.</summary>
    public int Changes { get; private set; }

    /// <summary>The nodes as they stand now, so that rules may edit while they walk.</summary>
    public IEnumerable<Node> Nodes(params string[] operators) => [.. graph.Nodes.Where(n => operators.Contains(n.Operator) && n.Domain.Length == 0)];

    /// <summary>Notes a change.</summary>
    public void Changed(string rule)
    {
        Changes++;
        log.Add(rule);
    }

    /// <summary>Whether one node alone takes a value, once, and the caller does not get it.</summary>
    public bool IsPrivate(Value value) => value.Uses.Count == 1 && !graph.IsOutput(value) && value.Quantization is null;

    /// <summary>Whether a value is binary32 and not quantized.</summary>
    public static bool IsFloat(Value? value) => value is { Type: DataType.Float32, Quantization: null };

    /// <summary>The node that makes a value, where it is of an operator and does nothing else; else null.</summary>
    public static Node? Made(Value? value, string @operator) => value?.Producer is { } n && n.Operator == @operator && n.Domain.Length == 0 && !n.IsRemoved ? n : null;

    /// <summary>The one number of a constant, or null.</summary>
    public static float? Number(Value? value) => value?.Constant is { Count: 1, Type: DataType.Float32 } c ? c.ToFloats()[0] : null;

    /// <summary>Whether a value is a constant close to a number.</summary>
    public static bool Is(Value? value, double number) => Number(value) is { } f && Math.Abs(f - number) <= 1e-6 * Math.Abs(number);

    /// <summary>The integers of a constant, or null.</summary>
    public static long[]? Integers(Value? value) => value?.Constant is { Count: <= 64 } c && c.Type.IsInteger() ? c.ToInt64s() : null;

    /// <summary>Whether a node fuses no activation.</summary>
    public static bool IsPlain(Node node) => node.Attributes.GetString("fused_activation_function", "NONE") == "NONE";

    /// <summary>Of the two inputs of a commutative node the one that <paramref name="match"/> accepts, with the other; null where neither.</summary>
    public static (Value Match, Value Other)? Either(Node node, Predicate<Value> match)
        => node.Inputs.Count != 2 || node.Inputs[0] is not { } a || node.Inputs[1] is not { } b ? null : match(a) ? (a, b) : match(b) ? (b, a) : null;

    /// <summary>Puts a value in the place of a node's only output.</summary>
    /// <returns>False where the graph's outputs forbid it.</returns>
    public bool Replace(Node node, Value replacement)
    {
        if (!GraphEditing.CanTakePlace(model, node.Output, replacement))
        {
            return false;
        }

        GraphEditing.TakePlace(model, node.Output, replacement);
        return true;
    }

    /// <summary>Puts a new node before another and lets its output stand for that one's.</summary>
    public Node Substitute(Node node, string @operator, IEnumerable<Value?> inputs)
    {
        Node made = graph.CreateNodeBefore(node, node.Name, @operator, inputs, outputs: 0);
        Value output = made.AddOutput(node.Output.Name);
        output.Type = node.Output.Type;
        output.Shape = node.Output.Shape;
        GraphEditing.TakePlace(model, node.Output, output);
        return made;
    }

    /// <summary>Adds a constant.</summary>
    public Value Constant(string name, TensorData content) => graph.AddInitializer(name, content);
}
