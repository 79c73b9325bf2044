namespace Pare.Passes.Conversion;

/// <summary>Conditionals and loops whose branches and bodies are functions: ONNX's If and Loop, the functions carried over into their graphs.</summary>
internal static class FunctionalControlFlowLowerings
{
    private const int MaxRounds = 12;

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("If", Conditional),
        new("StatelessIf", Conditional),
        new("Case", Case),
        new("StatelessCase", Case),
        new("While", Loop),
        new("StatelessWhile", Loop),
    ];

    private static string Function(LoweringContext c, string attribute) => c.Attributes.TryGetValue(attribute, out AttributeValue? f) && f.Kind == AttributeKind.Function
        ? f.AsFunction.Name
        : throw new LoweringException($"the attribute '{attribute}' names no function");

    private static void Conditional(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value predicate = c.Input(0);
        if (predicate.Type == DataType.String)
        {
            LoweringContext.Unsupported("a string as predicate has no counterpart in ONNX");
        }

        Value[] arguments = [.. c.Inputs().Skip(1)];
        Bind(c, Choose(c, b, b.Reshape(b.Cast(predicate, DataType.Boolean), []), [Function(c, "then_branch"), Function(c, "else_branch")], arguments));
    }

    // An index that is no branch's takes the last one.
    private static void Case(LoweringContext c)
    {
        string[] branches = c.Attributes.TryGetValue("branches", out AttributeValue? list) && list.Kind == AttributeKind.Functions
            ? [.. list.AsFunctions.Select(f => f.Name)]
            : throw new LoweringException("the attribute 'branches' names no functions");
        Value[] arguments = [.. c.Inputs().Skip(1)];
        Bind(c, Among(c, c.Onnx, c.Onnx.AsScalar(c.Input(0)), branches, 0, arguments));
    }

    private static void Bind(LoweringContext c, IReadOnlyList<Value>? results)
    {
        for (int i = 0; results is not null && i < results.Count; i++)
        {
            c.SetOutput(i, results[i]);
        }
    }

    private static IReadOnlyList<Value>? Among(LoweringContext c, OnnxBuilder b, Value index, string[] branches, int first, Value[] arguments)
    {
        if (first == branches.Length - 1)
        {
            return c.Converter.LowerFunction(branches[first], arguments, b);
        }

        Value here = b.Emit("Equal", [index, b.Scalar(DataType.Int64, first)]);
        OnnxBuilder then = Inner(b, "then");
        OnnxBuilder otherwise = Inner(b, "else");
        return If(b, here, then, c.Converter.LowerFunction(branches[first], arguments, then), otherwise, Among(c, otherwise, index, branches, first + 1, arguments));
    }

    private static IReadOnlyList<Value>? Choose(LoweringContext c, OnnxBuilder b, Value predicate, string[] branches, Value[] arguments)
    {
        if (predicate.Constant is { Count: 1 } known)
        {
            return c.Converter.LowerFunction(branches[known.ToInt64s()[0] != 0 ? 0 : 1], arguments, b);
        }

        OnnxBuilder then = Inner(b, "then");
        OnnxBuilder otherwise = Inner(b, "else");
        return If(b, predicate, then, c.Converter.LowerFunction(branches[0], arguments, then), otherwise, c.Converter.LowerFunction(branches[1], arguments, otherwise));
    }

    private static OnnxBuilder Inner(OnnxBuilder b, string name) => new(new Graph(b.MakeName($"{b.Prefix}/{name}")), b);

    private static IReadOnlyList<Value>? If(OnnxBuilder b, Value predicate, OnnxBuilder then, IReadOnlyList<Value>? thens, OnnxBuilder otherwise, IReadOnlyList<Value>? others)
    {
        if (thens is null || others is null || thens.Count != others.Count)
        {
            InnerGraphs.Discard(then.Graph);
            InnerGraphs.Discard(otherwise.Graph);
            return thens is null || others is null ? null : throw new LoweringException($"the branches give {thens.Count} and {others.Count} values");
        }

        InnerGraphs.SetOutputs(then, thens);
        InnerGraphs.SetOutputs(otherwise, others);
        if (thens.Count == 0)
        {
            return [];
        }

        IReadOnlyList<Value> results = b.Emit("If", [predicate], thens.Count, ("then_branch", AttributeValue.Of(then.Graph)), ("else_branch", AttributeValue.Of(otherwise.Graph)));
        for (int i = 0; i < results.Count; i++)
        {
            results[i].Type = thens[i].Type;
            results[i].Shape = LoopShapes.Common(thens[i].Shape, others[i].Shape);
        }

        return results;
    }

    /// <summary>
    /// while condition(v): v = body(v). ONNX tests before the first round with a value from outside, so the condition is carried over twice: in front of the loop,
    /// and at the end of its body. What the body hands on unchanged is taken from outside and stays constant where it is.
    /// </summary>
    private static void Loop(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        string condition = Function(c, "cond");
        string body = Function(c, "body");
        Value[] start = c.Inputs();
        bool[] fixedInput = [.. Enumerable.Range(0, start.Length).Select(i => HandsOn(c, body, i))];
        for (int round = 0; ; round++)
        {
            Value?[] before = start;
            if (c.Converter.LowerFunction(condition, start, b) is not [var first, ..])
            {
                return;
            }

            OnnxBuilder inner = Inner(b, "body");
            Value[] arguments = [.. start];
            Value iteration = AddInput(inner, "iteration", DataType.Int64, new SymbolicShape());
            Value go = AddInput(inner, "go", DataType.Boolean, new SymbolicShape());
            _ = (iteration, go);
            List<int> carried = [];
            for (int i = 0; i < start.Length; i++)
            {
                if (!fixedInput[i])
                {
                    carried.Add(i);
                    arguments[i] = AddInput(inner, "variable", start[i].Type, start[i].Shape);
                }
            }

            Value[]? next = c.Converter.LowerFunction(body, arguments, inner);
            Value? stop = next is null ? null : c.Converter.LowerFunction(condition, [.. next.Select((v, i) => fixedInput[i] ? arguments[i] : v)], inner)?[0];
            if (stop is null)
            {
                InnerGraphs.Discard(inner.Graph);
                return;
            }

            // Where a round changes a shape, less is known of it: again with that.
            bool same = true;
            Value[] wider = [.. start];
            foreach (int i in carried)
            {
                same &= LoopShapes.Fits(b, start[i], next![i], out wider[i]);
            }

            if (!same)
            {
                InnerGraphs.Discard(inner.Graph);
                start = round < MaxRounds ? wider : throw new LoweringException("the shapes of the loop's variables do not settle");
                continue;
            }

            InnerGraphs.SetOutputs(inner, [inner.Reshape(inner.Cast(stop, DataType.Boolean), []), .. carried.Select(i => next![i])]);
            Emit(c, start, carried, b.Reshape(b.Cast(first, DataType.Boolean), []), inner);
            return;
        }
    }

    private static void Emit(LoweringContext c, Value[] start, List<int> carried, Value first, OnnxBuilder inner)
    {
        Value?[] inputs = [null, first, .. carried.Select(i => start[i])];
        IReadOnlyList<Value> results = c.Onnx.Emit("Loop", inputs, carried.Count, ("body", AttributeValue.Of(inner.Graph)));
        for (int k = 0; k < carried.Count; k++)
        {
            results[k].Type = start[carried[k]].Type;
            results[k].Shape = inner.Graph.Inputs[k + 2].Shape;
        }

        for (int i = 0; i < start.Length; i++)
        {
            c.SetOutput(i, carried.IndexOf(i) is >= 0 and var k ? results[k] : start[i]);
        }
    }

    private static Value AddInput(OnnxBuilder b, string name, DataType type, SymbolicShape? shape)
    {
        Value v = new(b.MakeName($"{b.Prefix}/{name}"), type, shape);
        b.Graph.Inputs.Add(v);
        return v;
    }

    private static bool HandsOn(LoweringContext c, string body, int index)
    {
        Graph? graph = c.Converter.Model.Functions.FirstOrDefault(f => f.Name == body)?.Body;
        Value? v = graph is not null && index < graph.Outputs.Count ? graph.Outputs[index] : null;
        for (int i = 0; i < 1000 && v?.Producer is { Operator: "Identity" } p; i++)
        {
            v = p.InputOrDefault(0);
        }

        return graph is not null && index < graph.Inputs.Count && ReferenceEquals(v, graph.Inputs[index]);
    }
}
