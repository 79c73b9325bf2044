namespace Pare.Passes.Optimize;

/// <summary>
/// Removes ONNX Transposes: moves them behind operators that do not care about the order of axes, joins those that follow each other, and drops those that do nothing. Requires an ONNX model. Rules, tried
/// together: a Transpose behind a Transpose becomes one; a Transpose in front of an elementwise operator, a concatenation, split, pad, slice, reduction, squeeze, resize or softmax moves behind it, where the
/// other inputs can be rearranged at no cost (constants, scalars, vectors along one axis); a Transpose that only moves axes of extent 1 in front of a Reshape goes. Nothing is changed unless fewer Transposes are
/// left. Values stay bit for bit, but for reductions, whose order of summation may change.
/// </summary>
public sealed class CancelTransposesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "cancel_transposes";

    /// <inheritdoc/>
    public override string Summary => "move transposes until they meet and cancel";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-6;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Onnx))
        {
            return [];
        }

        int before = Count(model);
        if (before == 0)
        {
            return [];
        }

        // Which way is better depends on the whole graph: both are tried on copies, which share the tensors.
        int eager = Try(model, spare: false);
        int sparing = Try(model, spare: true);
        if (Math.Min(eager, sparing) >= before)
        {
            return [];
        }

        new TransposeSinker(model.Graph, Opset(model), spare: sparing < eager).Run();
        return [new Change(Name, "Transpose removed", before - Count(model))];
    }

    private static int Try(Model model, bool spare)
    {
        Model copy = model.Clone();
        new TransposeSinker(copy.Graph, Opset(model), spare).Run();
        return Count(copy);
    }

    private static long Opset(Model model) => model.OperatorSets.TryGetValue("", out long version) ? version : model.OperatorSets.TryGetValue("ai.onnx", out version) ? version : 0;

    private static int Count(Model model) => model.Graph.Nodes.Count(TransposeSinker.IsTranspose);
}
