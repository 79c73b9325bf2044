namespace Pare;

/// <summary>Optimizers, assignments, savers, summaries: what belongs to training only.</summary>
internal static class TensorFlowTraining
{
    private static readonly string[] s_names =
    [
        "Assign", "AssignAdd", "AssignSub", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "ScatterUpdate", "ScatterAdd", "ScatterSub",
        "ApplyGradientDescent", "ApplyMomentum", "ApplyAdam", "ApplyAdagrad", "ApplyAdadelta", "ApplyRMSProp", "ApplyCenteredRMSProp", "ApplyFtrl", "ApplyFtrlV2",
        "ResourceApplyGradientDescent", "ResourceApplyMomentum", "ResourceApplyKerasMomentum", "ResourceApplyAdam", "ResourceApplyAdagrad",
        "ResourceApplyAdagradV2", "ResourceApplyAdadelta", "ResourceApplyRMSProp", "ResourceApplyCenteredRMSProp", "ResourceApplyFtrl", "ResourceApplyFtrlV2",
        "Save", "SaveV2", "SaveSlices", "Restore", "RestoreV2", "RestoreSlice", "MergeV2Checkpoints", "ShardedFilename", "ShardedFilespec",
        "ScalarSummary", "HistogramSummary", "ImageSummary", "AudioSummary", "AudioSummaryV2", "TensorSummary", "TensorSummaryV2", "MergeSummary",
        "BroadcastGradientArgs", "ReluGrad", "Relu6Grad", "SigmoidGrad", "TanhGrad", "EluGrad", "SeluGrad", "SoftplusGrad", "BiasAddGrad",
        "Conv2DBackpropFilter", "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter", "MaxPoolGrad", "AvgPoolGrad", "LRNGrad",
        "FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3", "BatchNormWithGlobalNormalizationGrad", "RsqrtGrad", "SqrtGrad", "ReciprocalGrad",
        "SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits",
    ];

    public static IEnumerable<OperatorTraits> Operators { get; } = [.. s_names.Select(n => new OperatorTraits { Operator = n, Kind = OperatorKind.Training })];
}
