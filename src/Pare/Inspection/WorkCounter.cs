using Pare.Passes.Conversion;

namespace Pare.Workflows;

/// <summary>
/// Counts the multiply-adds of one run with a batch of one, in convolutions and matrix products of the main graph. Where the model itself says all shapes that
/// this needs (Keras layers do, once they are laid out in operators), nothing is run; else it runs once on random inputs and its inner values tell theirs, so that
/// the count holds for every operator the runner knows.
/// </summary>
internal static class WorkCounter
{
    /// <summary>What the runner knows of the model's outputs, whose types and shapes a TensorFlow graph does not tell; null where it cannot run the model.</summary>
    public static IReadOnlyList<ValueDescription>? DescribeOutputs(Model model, IModelRunner runner)
    {
        try
        {
            if (ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
            {
                Model plain = KerasToTensorFlow.Convert(model);
                if (plain.Graph.Outputs.All(v => v.Shape is not null))
                {
                    return [.. plain.Graph.Outputs.Select(v => new ValueDescription(v.Name, v.Type, v.Shape))];
                }
            }

            using IModelSession session = runner.Load(model, new SessionOptions { QuickStart = true });
            return session.Outputs.Count == model.Graph.Outputs.Count ? session.Outputs : null;
        }
        catch (PareException)
        {
            // What the runner cannot run is told by the count of the work, and by --target.
            return null;
        }
    }

    /// <summary>Counts, or gives null and a warning where the model cannot be run on random inputs.</summary>
    public static long? Count(Model model, IModelRunner runner, ICollection<string> warnings)
    {
        if (ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
        {
            // A layer may be several products, or one for each step.
            try
            {
                model = KerasToTensorFlow.Convert(model, new KerasToTensorFlowOptions { InputShapes = WithBatchOfOne(model.Graph.Inputs) });
            }
            catch (UnsupportedModelException e)
            {
                warnings.Add($"multiply-adds are not known: {e.Message}");
                return null;
            }
        }

        Node[] linear = [.. model.Graph.Nodes.Where(n => model.Vocabulary.TraitsOf(n).Kind == OperatorKind.Linear && n.Outputs.Count > 0)];
        if (linear.Length == 0)
        {
            return 0;
        }

        try
        {
            return Sum(model, runner, linear, warnings);
        }
        catch (PareException e)
        {
            warnings.Add($"multiply-adds are not known: {e.Message}");
            return null;
        }
    }

    private static long? Sum(Model model, IModelRunner runner, Node[] linear, ICollection<string> warnings)
    {
        IReadOnlySet<Node> reached = GraphOrder.Ancestors(model.Graph, [.. model.Graph.Outputs]);
        Node[] counted = [.. linear.Where(reached.Contains)];
        Value[] values = [.. counted.SelectMany(n => ValuesOf(n, model.Vocabulary.TraitsOf(n))).Distinct()];
        if (values.Length == 0)
        {
            return 0;
        }

        Dictionary<Value, TensorShape> shapes = new(ReferenceEqualityComparer.Instance);
        Value[] fetched = [.. values.Where(v => !v.IsConstant)];
        if (fetched.All(v => v.Shape is { IsStatic: true }))
        {
            foreach (Value v in fetched)
            {
                shapes[v] = v.Shape!.ToStatic()!;
            }

            fetched = [];
        }

        if (fetched.Length > 0 && !Measure(model, runner, fetched, shapes, warnings))
        {
            return null;
        }

        foreach (Value v in values.Where(v => v.IsConstant))
        {
            shapes[v] = v.Constant!.Shape;
        }

        return counted.Sum(n => CountOf(n, model.Vocabulary.TraitsOf(n), shapes));
    }

    private static bool Measure(Model model, IModelRunner runner, Value[] fetched, Dictionary<Value, TensorShape> shapes, ICollection<string> warnings)
    {
        using IModelSession session = runner.Load(model, new SessionOptions { Fetches = [.. fetched.Select(v => v.Name)], Threads = 0, QuickStart = true });
        if (RandomInputs.TryCreate(session.Inputs, 0, out string? obstacle) is not { } inputs)
        {
            warnings.Add($"multiply-adds are not known: {obstacle}");
            return false;
        }

        IReadOnlyList<TensorData> results = session.Run(inputs);
        for (int i = 0; i < fetched.Length; i++)
        {
            shapes[fetched[i]] = results[i].Shape;
        }

        return true;
    }

    private static Dictionary<Value, SymbolicShape> WithBatchOfOne(IEnumerable<Value> inputs)
    {
        Dictionary<Value, SymbolicShape> shapes = new(ReferenceEqualityComparer.Instance);
        foreach (Value v in inputs)
        {
            if (v.Shape is { Rank: > 0 } shape && shape[0].Value is null)
            {
                shapes[v] = new SymbolicShape([1, .. shape.Dimensions.Skip(1)]);
            }
        }

        return shapes;
    }

    private static IEnumerable<Value> ValuesOf(Node node, OperatorTraits traits) =>
        new[] { node.Output, node.InputOrDefault(traits.DataInput), WeightOf(node, traits) }.OfType<Value>();

    private static Value? WeightOf(Node node, OperatorTraits traits) => node.InputOrDefault(traits.WeightInput ?? 1);

    // Every element of the output is a sum over the weight's elements that one output channel takes; a transposed convolution is the same seen from its input.
    private static long CountOf(Node node, OperatorTraits traits, Dictionary<Value, TensorShape> shapes)
    {
        if (WeightOf(node, traits) is not { } weight || node.InputOrDefault(traits.DataInput) is not { } data)
        {
            return 0;
        }

        bool transposed = node.Operator.Contains("Transpose", StringComparison.Ordinal) || node.Operator.Contains("BackpropInput", StringComparison.Ordinal);
        long elements = transposed ? shapes[data].Count : shapes[node.Output].Count;
        int[]? axes = (transposed ? traits.InputChannelAxes : traits.OutputChannelAxes)?.Invoke(node);
        TensorShape shape = shapes[weight];
        long perChannel = axes is not null && axes.All(a => a < shape.Rank && shape[a] > 0)
            ? shape.Count / axes.Aggregate(1L, (product, a) => product * shape[a])
            : InnerExtent(shapes[data], shapes[node.Output], shape);
        return elements * perChannel;
    }

    // Of a matrix product of two computed matrices, (b, m, k) x (b, k, n) = (b, m, n): k² is the product of both counts over that of the output and the batch.
    private static long InnerExtent(TensorShape a, TensorShape product, TensorShape b)
    {
        if (product.Count == 0 || a.Rank < 2 || b.Rank < 2)
        {
            return a.Rank == 0 ? 0 : a[-1];
        }

        long m = product.Rank >= 2 ? product[-2] : 1;
        return m == 0 ? 0 : a[-1] * a[-2] / m;
    }
}
