namespace Pare.Passes.Optimize;

/// <summary>Two linear operators that can become one: the first works on each position alone, and nothing between them mixes channels.</summary>
internal sealed class LinearPair
{
    private readonly List<Node> _between;
    private readonly double[] _bias;

    private LinearPair(LinearOperator first, LinearOperator second, List<Node> between, double[] bias)
    {
        First = first;
        Second = second;
        _between = between;
        _bias = bias;
    }

    public LinearOperator First { get; }

    public LinearOperator Second { get; }

    /// <summary>Looks for a pair that begins at a node and whose merging shrinks the graph.</summary>
    public static LinearPair? Find(Model model, ShapeFacts facts, Node node)
    {
        if (!IsMatrix(node) || LinearOperator.Read(model.Vocabulary, node) is not { } first || !Exclusive(first) || !IsPointwise(first) || node.Attributes.GetBoolean("transpose_a"))
        {
            return null;
        }

        int inputs = InputChannels(first);
        if (node.Operator == "Conv2D" && facts.Of(node.Inputs[0]).Last != inputs)
        {
            return null;
        }

        Graph graph = node.Graph;
        List<Node> between = [];
        double[] bias = new double[first.Channels];
        ConstantMath math = new();
        Value at = node.Output;
        while (at.Uses.Count == 1 && !graph.IsOutput(at))
        {
            Use use = at.Uses[0];
            Node n = use.Node;
            if (n.ControlInputs.Count > 0 || n.ControlDependents.Count > 0 || !ReferenceEquals(n.Graph, graph))
            {
                return null;
            }

            if (use.Index == 0 && IsMatrix(n) && LinearOperator.Read(model.Vocabulary, n) is { } second)
            {
                return Exclusive(second) && !n.Attributes.GetBoolean("transpose_a") && InputChannels(second) == first.Channels && Shrinks(first, second, inputs)
                    && (IsPointwise(second) || (second.Node.Operator == "Conv2D" && (n.Attributes.GetString("padding") == "VALID" || Array.TrueForAll(bias, b => b == 0))))
                    ? new LinearPair(first, second, between, bias)
                    : null;
            }

            if (!Passes(model, facts, math, n, use.Index, first.Channels, bias))
            {
                return null;
            }

            between.Add(n);
            at = n.Output;
        }

        return null;
    }

    /// <summary>Merges the pair.</summary>
    public void Merge(Model model, UniqueNames names, int threads)
    {
        Node second = Second.Node;
        Graph graph = second.Graph;
        int inputs = InputChannels(First);
        int outputs = Second.Channels;
        double[] w1 = Matrix(First, inputs);
        double[] w2 = Matrix(Second, First.Channels);
        int taps = w2.Length / (First.Channels * outputs);
        double[] bias = new double[outputs];
        float[] product = new float[(long)taps * inputs * outputs];
        Parallel.For(0, taps * inputs, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, row =>
        {
            int tap = row / inputs;
            int i = row % inputs;
            double[] sum = new double[outputs];
            for (int k = 0; k < First.Channels; k++)
            {
                double w = w1[((long)i * First.Channels) + k];
                ReadOnlySpan<double> from = w2.AsSpan(((tap * First.Channels) + k) * outputs, outputs);
                for (int o = 0; o < from.Length; o++)
                {
                    sum[o] += w * from[o];
                }
            }

            for (int o = 0; o < outputs; o++)
            {
                product[((long)row * outputs) + o] = (float)sum[o];
            }
        });
        for (int k = 0; k < w2.Length / outputs; k++)
        {
            for (int o = 0; o < outputs; o++)
            {
                bias[o] += _bias[k % First.Channels] * w2[(k * outputs) + o];
            }
        }

        TensorShape shape = Second.Node.Operator == "Conv2D" ? new TensorShape(Second.Weight.Constant!.Shape[0], Second.Weight.Constant.Shape[1], inputs, outputs) : new TensorShape(inputs, outputs);
        Value weight = GraphEditing.CreateConstant(model, second, names.Make($"{second.Name}_weights"), DenseTensorData.Create(product, shape));
        List<Value?> loose = [second.Inputs[1], First.Node.Inputs[1]];
        second.SetInput(1, weight);
        foreach (string transpose in (ReadOnlySpan<string>)["transpose_b", "adj_y"])
        {
            if (second.Attributes.GetBoolean(transpose))
            {
                second.Attributes[transpose] = AttributeValue.Of(false);
            }
        }

        // What lies between stays, on the first operator's input; biases went into the new one, reshapes end in another extent.
        Value source = First.Node.Inputs[0]!;
        First.Node.Output.ReplaceUsesWith(source);
        graph.RemoveNode(First.Node);
        foreach (Node n in _between)
        {
            if (n.Operator is "BiasAdd" or "BiasAddV1" or "Add" or "AddV2" or "Sub" or "PlaceholderWithDefault")
            {
                int data = ReferenceEquals(n.Inputs[0], source) || n.Inputs.Count < 2 ? 0 : 1;
                loose.AddRange(n.Inputs.Where((_, i) => i != data));
                n.Output.ReplaceUsesWith(source);
                graph.RemoveNode(n);
                continue;
            }

            if (n.Operator == "Reshape")
            {
                long[] target = ShapeFacts.Integers(n, 1)!;
                target[^1] = inputs;
                DataType type = n.Inputs[1]!.Constant!.Type;
                TensorShape rank = new(target.Length);
                TensorData content = type == DataType.Int64 ? DenseTensorData.Create(target, rank) : DenseTensorData.Create(Array.ConvertAll(target, d => (int)d), rank);
                loose.Add(n.Inputs[1]);
                n.SetInput(1, GraphEditing.CreateConstant(model, n, names.Make($"{n.Name}_shape"), content));
                n.Output.Shape = null;
            }
            else
            {
                n.Output.Shape = null;
            }

            source = n.Output;
        }

        Unused.Remove(model.Vocabulary, loose);
        if (bias.Any(b => b != 0))
        {
            AddBias(model, names, Array.ConvertAll(bias, b => (float)b));
        }
    }

    private void AddBias(Model model, UniqueNames names, float[] bias)
    {
        Node second = Second.Node;
        bool isOutput = second.Graph.IsOutput(second.Output);
        Node sum = second.Graph.CreateNodeAfter(second, isOutput ? second.Name : names.Make($"{second.Name}_bias"), "BiasAdd");
        if (isOutput)
        {
            second.Name = names.Make($"{second.Name}_linear");
        }

        Value constant = GraphEditing.CreateConstant(model, sum, names.Make($"{second.Name}_offset"), DenseTensorData.Create(bias, new TensorShape(bias.Length)));
        second.Graph.ReplaceUses(second.Output, sum.Output);
        sum.AddInput(second.Output);
        sum.AddInput(constant);
        sum.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        sum.Output.Type = DataType.Float32;
        sum.Device = second.Device;
        _ = new AffineFolder(model, names).Fold(second, loneSums: true);
    }

    private static bool IsMatrix(Node n) => n.Operator is "MatMul" || (n.Operator == "Conv2D" && !n.Attributes.GetString("data_format", "NHWC").StartsWith("NC", StringComparison.Ordinal));

    private static bool IsPointwise(LinearOperator linear)
    {
        if (linear.Node.Operator == "MatMul")
        {
            return true;
        }

        TensorShape shape = linear.Weight.Constant!.Shape;
        long[]? pads = linear.Node.Attributes.GetIntegers("explicit_paddings");
        return shape.Rank == 4 && shape[0] == 1 && shape[1] == 1 && (linear.Node.Attributes.GetIntegers("strides") ?? []).All(s => s == 1) && (pads is null || pads.All(p => p == 0));
    }

    private static int InputChannels(LinearOperator linear) =>
        linear.Node.Operator == "MatMul" ? (int)(linear.Weight.Constant!.Count / linear.Channels) : (int)linear.Weight.Constant!.Shape[2];

    private static bool Exclusive(LinearOperator linear) => linear.Weight.Uses.Count == 1 && linear.Node.Inputs[1]!.Uses.Count == 1 && !linear.Node.Graph.IsOutput(linear.Weight);

    private static bool Shrinks(LinearOperator first, LinearOperator second, int inputs)
    {
        long taps = second.Weight.Constant!.Count / ((long)first.Channels * second.Channels);
        return (taps * inputs * second.Channels) + second.Channels < first.Weight.Constant!.Count + second.Weight.Constant.Count;
    }

    // A matrix with input channels as rows, one after another for each tap.
    private static double[] Matrix(LinearOperator linear, int rows)
    {
        double[] values = Array.ConvertAll(linear.Weight.Constant!.ToFloats(), v => (double)v);
        if (linear.Node.Operator != "MatMul" || !linear.Node.Attributes.GetBoolean("transpose_b"))
        {
            return values;
        }

        double[] turned = new double[values.Length];
        for (int o = 0; o < linear.Channels; o++)
        {
            for (int i = 0; i < rows; i++)
            {
                turned[(i * linear.Channels) + o] = values[(o * rows) + i];
            }
        }

        return turned;
    }

    private static bool Passes(Model model, ShapeFacts facts, ConstantMath math, Node n, int index, int channels, double[] bias)
    {
        (int? rank, long? _) = facts.Of(n.InputOrDefault(index));
        switch (n.Operator)
        {
            case "PlaceholderWithDefault":
                return !GraphEditing.IsInput(n.Graph, n.Output);
            case "BiasAdd" or "BiasAddV1" or "Add" or "AddV2" or "Sub" when n.Operator[0] == 'A' || index == 0:
                if (n.Inputs.Count != 2 || math.Evaluate(n.Inputs[1 - index]) is not { } c || c.Shape.Length > (rank ?? 1) || c.Shape.SkipLast(1).Any(d => d != 1)
                    || (c.Values.Length != 1 && c.Values.Length != channels) || !c.Values.All(double.IsFinite))
                {
                    return false;
                }

                for (int i = 0; i < channels; i++)
                {
                    bias[i] += (n.Operator == "Sub" ? -1 : 1) * c.Values[c.Values.Length == 1 ? 0 : i];
                }

                return true;
            case "Reshape":
                return index == 0 && ShapeFacts.Integers(n, 1) is { Length: > 0 } target && target[^1] == channels && target.Count(d => d < 0) <= 1;
            case "Squeeze":
                return rank is { } r && n.Attributes.GetIntegers("squeeze_dims") is { Length: > 0 } dims && !dims.Contains(-1) && !dims.Contains(r - 1);
            case "AvgPool":
                return model.Vocabulary.TraitsOf(n).ChannelAxis?.Invoke(n) == -1 && n.Attributes.GetIntegers("ksize") is { Length: 4 } size && size[3] == 1;
            case "Mean":
                return index == 0 && rank is { } m && ShapeFacts.Integers(n, 1) is { Length: > 0 } axes && !axes.Contains(-1) && !axes.Contains(m - 1);
            default:
                return model.Vocabulary.TraitsOf(n).Kind == OperatorKind.Identity && n.Inputs.Count == 1;
        }
    }
}
