namespace Pare;

/// <summary>Reductions over axes, and searches along one.</summary>
internal static class OnnxReductions
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(OperatorKind.Reduction, ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "CumSum"], t => t with { ScalePassesThrough = true }),
        .. OnnxTraits.Of(OperatorKind.Reduction, ["ReduceProd", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "CumProd", "ArgMax", "ArgMin", "TopK"]),
        .. OnnxTraits.Of(OperatorKind.Pure, ["SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"]),
    ];
}
