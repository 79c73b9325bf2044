using System.Globalization;

namespace Pare.Passes.Conversion;

/// <summary>
/// Turns TensorFlow 1's loops (a frame of Enter, Merge, Switch, LoopCond, NextIteration and Exit) into a <c>While</c> node with two functions, innermost loops first.
/// A frame that is not built as TensorFlow's own library builds them stays as it is.
/// </summary>
internal static class FunctionalizeLoops
{
    /// <summary>Whether a model has such loops.</summary>
    public static bool HasLoops(Model model) => model.Functions.Select(f => f.Body).Append(model.Graph).Any(g => g.Nodes.Any(n => n.Operator == "LoopCond"));

    /// <summary>Turns all loops of the main graph and of the functions.</summary>
    public static void Run(Model model)
    {
        HashSet<string> names = [.. model.Functions.Select(f => f.Name)];
        foreach (Graph graph in model.Functions.Select(f => f.Body).Append(model.Graph).ToArray())
        {
            while (graph.Nodes.Where(n => n.Operator == "LoopCond").ToArray() is { Length: > 0 } conditions
                && Array.Find(Array.ConvertAll(conditions, LoopFrame.Find), f => f is not null) is { } frame)
            {
                Replace(model, graph, frame, names);
            }
        }
    }

    private static void Replace(Model model, Graph graph, LoopFrame frame, HashSet<string> names)
    {
        ModelFunction condition = new("", Unique(names, frame.Condition.Name + "/cond"), new Graph());
        LoopFunctionBuilder tests = new(condition.Body, frame);
        condition.Body.Outputs.Add(tests.Copy(frame.Condition.Inputs[0]!));
        ModelFunction body = new("", Unique(names, frame.Condition.Name + "/body"), new Graph());
        LoopFunctionBuilder steps = new(body.Body, frame);
        foreach (Value next in frame.Variables.Select(v => v.Next))
        {
            body.Body.Outputs.Add(steps.Copy(next));
        }

        foreach (Value v in steps.Constants)
        {
            body.Body.Outputs.Add(v);
        }

        condition.MarkChanged();
        body.MarkChanged();
        model.Functions.Add(condition);
        model.Functions.Add(body);
        Value[] inputs = [.. frame.Variables.Select(v => v.Enter.Inputs[0]!), .. frame.Constants.Select(e => e.Inputs[0]!)];
        UniqueNames nodeNames = new(graph);
        Node loop = graph.CreateNodeBefore(frame.Condition, nodeNames.Make(frame.Condition.Name + "/while"), "StatelessWhile", inputs, outputs: inputs.Length);
        loop.Attributes["T"] = AttributeValue.Of([.. inputs.Select(TensorFlowTypes.TypeOf)]);
        loop.Attributes["cond"] = AttributeValue.Of(new FunctionReference(condition.Name, new Dictionary<string, AttributeValue>()));
        loop.Attributes["body"] = AttributeValue.Of(new FunctionReference(body.Name, new Dictionary<string, AttributeValue>()));
        for (int i = 0; i < frame.Variables.Count; i++)
        {
            foreach (Node exit in frame.Variables[i].Exits)
            {
                // The exit keeps its name and becomes an identity, since it may be an output of the graph.
                exit.Operator = "Identity";
                exit.SetInputs(loop.Outputs[i]);
            }
        }

        graph.RemoveNodes([.. frame.Inside(graph)]);
    }

    private static string Unique(HashSet<string> names, string wanted)
    {
        string name = wanted;
        for (int i = 1; !names.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        }

        return name;
    }
}
