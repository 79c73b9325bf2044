namespace Pare;

/// <summary>What only training needs: gradients, optimizers, assignments, summaries, savers.</summary>
internal static class TensorFlowTraining
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.Training,
            [
                "Assign", "AssignAdd", "AssignSub", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "ScatterUpdate", "ScatterAdd", "ScatterSub", "ScatterMul", "ScatterDiv", "ScatterNdUpdate", "ScatterNdAdd",
                "ResourceScatterUpdate", "ResourceScatterAdd", "CountUpTo", "ApplyGradientDescent", "ApplyAdam", "ApplyAdagrad", "ApplyAdagradDA", "ApplyAdadelta", "ApplyMomentum", "ApplyRMSProp", "ApplyCenteredRMSProp",
                "ApplyFtrl", "ApplyFtrlV2", "ApplyProximalGradientDescent", "ApplyProximalAdagrad", "ApplyPowerSign", "ApplyAddSign", "ApplyAdaMax", "ResourceApplyGradientDescent", "ResourceApplyAdam", "ResourceApplyAdagrad", "ResourceApplyAdagradV2",
                "ResourceApplyAdagradDA", "ResourceApplyAdadelta", "ResourceApplyMomentum", "ResourceApplyKerasMomentum", "ResourceApplyRMSProp", "ResourceApplyCenteredRMSProp", "ResourceApplyFtrl", "ResourceApplyFtrlV2",
                "ResourceApplyProximalGradientDescent", "ResourceApplyProximalAdagrad", "ResourceApplyAdaMax", "SparseApplyAdagrad", "SparseApplyAdagradDA", "SparseApplyAdadelta", "SparseApplyFtrl", "SparseApplyFtrlV2",
                "SparseApplyMomentum", "SparseApplyRMSProp", "SparseApplyCenteredRMSProp", "SparseApplyProximalGradientDescent", "SparseApplyProximalAdagrad", "ResourceSparseApplyAdagrad", "ResourceSparseApplyMomentum",
                "ResourceSparseApplyFtrl", "ResourceSparseApplyRMSProp", "Save", "SaveSlices", "SaveV2", "Restore", "RestoreSlice", "RestoreV2", "ShardedFilename", "ShardedFilespec", "MergeV2Checkpoints",
                "ScalarSummary", "HistogramSummary", "ImageSummary", "AudioSummary", "AudioSummaryV2", "TensorSummary", "TensorSummaryV2", "MergeSummary", "WriteSummary", "WriteScalarSummary", "WriteHistogramSummary",
            ]),
        .. TensorFlowTraits.Of(
            OperatorKind.Training,
            [
                "ReluGrad", "Relu6Grad", "LeakyReluGrad", "EluGrad", "SeluGrad", "SigmoidGrad", "TanhGrad", "SoftplusGrad", "SoftsignGrad", "SqrtGrad", "RsqrtGrad", "InvGrad", "ReciprocalGrad", "BiasAddGrad", "MaxPoolGrad",
                "AvgPoolGrad", "BroadcastGradientArgs", "SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits", "LRNGrad", "Conv2DBackpropFilter", "Conv3DBackpropFilterV2", "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter", "FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3",
                "BatchNormWithGlobalNormalizationGrad", "ResizeBilinearGrad", "ResizeNearestNeighborGrad", "StridedSliceGrad", "MirrorPadGrad", "TileGrad",
            ]),
    ];
}
