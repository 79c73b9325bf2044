namespace Pare.Passes.Optimize;

/// <summary>Puts what follows a linear operator into its weight and one BiasAdd. One object for each run of a pass.</summary>
internal sealed class AffineFolder(Model model, UniqueNames names)
{
    /// <summary>Weights of at most this many values are duplicated where several operators that share one scale it differently.</summary>
    private const long DuplicateLimit = 4096;

    private readonly ConstantMath _math = new();
    private readonly Dictionary<Value, List<(double[] Scale, Value Weight)>> _scaled = new(ReferenceEqualityComparer.Instance);

    /// <summary>Folds what follows a node.</summary>
    /// <param name="node">The node; may be no linear operator at all.</param>
    /// <param name="loneSums">Whether a single sum becomes a BiasAdd.</param>
    /// <returns>The rule applied, or null.</returns>
    public string? Fold(Node node, bool loneSums)
    {
        if (LinearOperator.Read(model.Vocabulary, node) is not { } linear)
        {
            return null;
        }

        AffineChain chain = AffineChain.Follow(model.Vocabulary, _math, linear);
        if (chain.Steps == 0 || (chain.Steps == 1 && !chain.Scales && chain.Adds && (!loneSums || chain.Nodes[^1].Operator is "BiasAdd" or "BiasAddV1")))
        {
            return null;
        }

        if (chain.Scales && !CanScale(linear, chain.Scale))
        {
            return null;
        }

        Node last = chain.Nodes[^1];
        if (!chain.Adds && !GraphEditing.CanTakePlace(model, last.Output, node.Output))
        {
            return null;
        }

        if (chain.Scales)
        {
            Value old = node.Inputs[linear.WeightInput]!;
            node.SetInput(linear.WeightInput, Scaled(linear, chain.Scale));
            Unused.Remove(model.Vocabulary, old);
        }

        Value?[] operands = [.. chain.Nodes.SelectMany(n => n.Inputs)];
        string? format = node.Attributes.ContainsKey("data_format") && linear.Rank != 2 ? (linear.ChannelAxis == 1 ? "NCHW" : "NHWC") : null;
        if (chain.Adds)
        {
            float[] offset = Array.ConvertAll(chain.Offset, v => (float)v);
            Value bias = GraphEditing.CreateConstant(model, last, names.Make($"{node.Name}_bn_offset"), DenseTensorData.Create(offset, new TensorShape(offset.Length)));
            last.SetInputs(node.Output, bias);
            last.TrimOutputs(1);
            last.Operator = "BiasAdd";
            last.Extension = null;
            foreach (string key in last.Attributes.Keys.ToArray())
            {
                last.Attributes.Remove(key);
            }

            last.Attributes["T"] = AttributeValue.Of(DataType.Float32);
            if (format is not null)
            {
                last.Attributes["data_format"] = AttributeValue.Of(format);
            }

            chain.Nodes.RemoveAt(chain.Nodes.Count - 1);
            node.Graph.RemoveNodes(chain.Nodes);
        }
        else
        {
            chain.Nodes.RemoveAt(chain.Nodes.Count - 1);
            last.SetInputs(node.Output);
            node.Graph.RemoveNodes(chain.Nodes);
            GraphEditing.TakePlace(model, last.Output, node.Output);
        }

        Unused.Remove(model.Vocabulary, operands.Where(v => v?.Producer is { IsRemoved: false }));
        return chain.Rule;
    }

    // Others that take the same weight must want the same factors, or the weight must be small.
    private bool CanScale(LinearOperator linear, double[] scale)
    {
        if (!linear.Node.Graph.IsOutput(linear.Weight) && linear.Weight.Uses.Count == 1 && (linear.Weight.Uses[0].Node == linear.Node || linear.Node.Inputs[linear.WeightInput]!.Uses.Count == 1))
        {
            return true;
        }

        if (linear.Weight.Constant!.Count <= DuplicateLimit || (_scaled.TryGetValue(linear.Weight, out var copies) && copies.Any(c => c.Scale.AsSpan().SequenceEqual(scale))))
        {
            return true;
        }

        return linear.Weight.Uses.All(u => LinearOperator.Read(model.Vocabulary, u.Node) is { } other && ReferenceEquals(other.Weight, linear.Weight) && other.Inner == linear.Inner
            && AffineChain.Follow(model.Vocabulary, _math, other).Scale.AsSpan().SequenceEqual(scale));
    }

    private Value Scaled(LinearOperator linear, double[] scale)
    {
        if (!_scaled.TryGetValue(linear.Weight, out List<(double[] Scale, Value Weight)>? copies))
        {
            _scaled[linear.Weight] = copies = [];
        }

        foreach ((double[] s, Value w) in copies)
        {
            if (s.AsSpan().SequenceEqual(scale))
            {
                return w;
            }
        }

        TensorData content = ScaledTensorData.Create(linear.Weight.Constant!, [.. scale], linear.Inner);
        Value weight = GraphEditing.CreateConstant(model, linear.Node, names.Make($"{linear.Node.Name}_weights"), content);
        copies.Add(([.. scale], weight));
        return weight;
    }
}
