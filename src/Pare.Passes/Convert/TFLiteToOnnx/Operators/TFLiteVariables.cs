using System.Globalization;

namespace Pare.Passes.Conversion;

/// <summary>Resource variables, which last from run to run, and the subgraph that gives them their first contents.</summary>
internal static class TFLiteVariables
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("VAR_HANDLE", Handle),
        TFLiteLowering.Of("READ_VARIABLE", Read),
        TFLiteLowering.Of("ASSIGN_VARIABLE", Assign),
        TFLiteLowering.Of("CALL_ONCE", CallOnce),
    ];

    private static void Handle(TFLiteContext c)
        => c.Graph.Handles[c.Node.Output] = string.Create(CultureInfo.InvariantCulture, $"{c.Attributes.GetString("container")}/{c.Attributes.GetString("shared_name")}");

    private static string KeyOf(TFLiteContext c) => c.Node.Inputs[0] is { } v && c.Graph.Handles.TryGetValue(v, out string? key) ? key : throw new LoweringException("which variable is meant is known only at run time");

    private static void Read(TFLiteContext c)
    {
        string key = KeyOf(c);
        TFLiteOperand output = c.Output();
        TFLiteConverter converter = c.Graph.Converter;
        TensorData? initial = converter.InitialContents.GetValueOrDefault(key);
        TensorShape shape = initial?.Shape ?? c.Node.Output.Shape?.ToStatic() ?? throw new LoweringException("the shape of the variable is not known");
        c.SetOperand(0, output.FromStored(Pass(c, State(c, key, output, shape).Current)));
    }

    private static void Assign(TFLiteContext c)
    {
        string key = KeyOf(c);
        TFLiteOperand value = c.Operand(1);
        if (!c.Graph.IsMain)
        {
            throw new LoweringException("a variable that is assigned within a branch or a loop is not carried over");
        }

        TensorShape shape = c.Graph.Converter.InitialContents.GetValueOrDefault(key)?.Shape ?? value.Stored.Shape?.ToStatic() ?? throw new LoweringException("the shape of the variable is not known");
        State(c, key, value, shape).Current = value.Stored;
    }

    private static TFLiteStates.Entry State(TFLiteContext c, string key, TFLiteOperand like, TensorShape shape)
        => c.Graph.Converter.States.Get(key, $"state:{key.TrimStart('/')}", like.Type, shape, c.Graph.Converter.InitialContents.GetValueOrDefault(key));

    // A value of its own, which may be named.
    private static Value Pass(TFLiteContext c, Value state) => c.Onnx.Emit("Identity", [state]);

    // What the subgraph assigns, as far as it is constant, is what the variables hold before the first run.
    private static void CallOnce(TFLiteContext c)
    {
        TFLiteConverter converter = c.Graph.Converter;
        Graph graph = converter.Subgraph(c.Attributes.GetInteger("init_subgraph_index"));
        TFLiteGraphLowering lowering = new(converter, c.Onnx, isMain: false);
        int reports = converter.ReportCount;
        lowering.Lower(graph.Nodes.Where(n => n.Operator != "ASSIGN_VARIABLE"));
        foreach (Node n in graph.Nodes.Where(n => n.Operator == "ASSIGN_VARIABLE"))
        {
            if (converter.ReportCount > reports)
            {
                return;
            }

            if (n.Inputs[0] is not { } handle || !lowering.Handles.TryGetValue(handle, out string? key) || n.Inputs[1] is not { } value)
            {
                throw new LoweringException("the initialization assigns a variable that is not known");
            }

            converter.InitialContents[key] = lowering.Find(value).Stored.Constant
                ?? throw new LoweringException($"the first content of the variable '{key}' is computed, not constant");
        }
    }
}
