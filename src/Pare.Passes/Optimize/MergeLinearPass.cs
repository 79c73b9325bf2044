namespace Pare.Passes.Optimize;

/// <summary>
/// Makes one of two linear operators with nothing nonlinear between them, where that shrinks the graph. Requires a TensorFlow graph. Rules: a 1x1 convolution or MatMul, then any run of biases, identities,
/// reshapes that keep the channels last, average pools and means over other axes, then a MatMul or convolution (beyond 1x1 only with VALID padding or without a bias), becomes the second
/// alone with weight W1·W2 and bias b1·W2 + b2. Each constant and each node between must have one consumer. Sums run in binary64.
/// </summary>
public sealed class MergeLinearPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "merge_linear";

    /// <inheritdoc/>
    public override string Summary => "make one of adjacent linear operators where that shrinks the graph";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-5;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return [];
        }

        UniqueNames names = new(model.Graph);
        bool again = true;
        while (again)
        {
            again = false;
            ShapeFacts facts = new(model.Vocabulary);
            foreach (Node node in model.Graph.Nodes)
            {
                if (LinearPair.Find(model, facts, node) is { } pair)
                {
                    string rule = $"{pair.First.Node.Operator} merged into {pair.Second.Node.Operator}";
                    pair.Merge(model, names, context.Threads);
                    log.Add(rule);
                    again = true;
                    break;
                }
            }
        }

        return log.ToChanges();
    }
}
