namespace Pare.Passes.Conversion;

/// <summary>TensorFlow 1's conditionals. Data go through Switch unchanged; a Merge becomes an If, or its live input where the predicate is known.</summary>
internal static class ControlFlowLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Switch", Switch),
        new("RefSwitch", Switch),
        new("Merge", Merge),
        new("RefMerge", Merge),
    ];

    private static void Switch(LoweringContext c)
    {
        c.SetOutput(0, c.Input(0));
        c.SetOutput(1, c.Input(0));
    }

    private static void Merge(LoweringContext c)
    {
        SwitchGuards.Choice choice = c.Converter.Guards.ChoiceOf(c.Node);
        c.SetOutput(0, Taken(c, choice));
        if (c.IsNeeded(1))
        {
            c.SetOutput(1, Index(c, choice));
        }
    }

    private static Value Lowered(LoweringContext c, Value value) => c.Converter.Find(value) ?? throw new LoweringException($"'{value.Name}' is missing");

    private static Value Taken(LoweringContext c, SwitchGuards.Choice choice)
    {
        if (choice.WhenTrue is null)
        {
            return Lowered(c, choice.Value);
        }

        Value predicate = c.Onnx.Reshape(Lowered(c, choice.Value), []);
        Value x = Taken(c, choice.WhenTrue);
        Value y = Taken(c, choice.WhenFalse!);
        return c.Onnx.Emit(
            "If",
            [predicate],
            x.Type,
            x.Shape is { } s && s.Equals(y.Shape) ? s : null,
            ("then_branch", AttributeValue.Of(Branch(c.Onnx, "then", x))),
            ("else_branch", AttributeValue.Of(Branch(c.Onnx, "else", y))));
    }

    // Captures a value of the graph around it. What only this branch needs moves in later.
    private static Graph Branch(OnnxBuilder b, string name, Value value)
    {
        Graph graph = new(b.MakeName($"{b.Prefix}/{name}"));
        Node node = graph.CreateNode(graph.Name, "Identity", [value], outputs: 0);
        Value output = node.AddOutput(graph.Name);
        output.Type = value.Type;
        output.Shape = value.Shape;
        graph.Outputs.Add(output);
        return graph;
    }

    private static Value Index(LoweringContext c, SwitchGuards.Choice choice) => choice.WhenTrue is null
        ? c.Onnx.Scalar(DataType.Int32, choice.Index)
        : c.Onnx.Where(c.Onnx.Reshape(Lowered(c, choice.Value), []), Index(c, choice.WhenTrue), Index(c, choice.WhenFalse!));
}
