using System.Collections.Frozen;

namespace Pare.Workflows;

/// <summary>
/// TensorFlow Mobile: the runtime of the Android and iOS demonstration apps of TensorFlow 1. It holds only the kernels of the build groups
/// <c>android_core_ops</c>, <c>android_extended_ops</c> and <c>android_quantized_ops</c> (tensorflow/core/kernels/BUILD, as of TensorFlow 1.15), and so
/// lacks DecodeJpeg, ResizeBicubic, Cumsum, Erf and many others.
/// </summary>
public sealed class TensorFlowMobileTarget : RuntimeTarget
{
    // By kernel group of the build: operators whose kernels are compiled for the phone.
    private static readonly FrozenSet<string> s_operators = new[]
    {
        // Core: constants, arrays, plumbing.
        "Const", "HostConst", "ImmutableConst", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "NoOp", "Identity", "IdentityN", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "DebugGradientIdentity", "Fill", "ZerosLike", "OnesLike",
        "Shape", "ShapeN", "Size", "Rank", "ExpandDims", "Squeeze", "Reshape", "Concat", "ConcatV2", "ConcatOffset", "Pack", "Unpack", "Split", "SplitV", "Slice", "StridedSlice", "StridedSliceGrad", "StridedSliceAssign", "Gather", "GatherV2", "GatherNd", "OneHot", "Range", "LinSpace", "ReverseSequence",
        "Cast", "AddN", "BiasAdd", "BiasAddV1", "BiasAddGrad", "MatMul", "Softmax", "LogSoftmax", "NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3", "ParseExample", "ParseSingleExample", "ParseSingleSequenceExample", "ParseTensor",
        "Variable", "VariableV2", "TemporaryVariable", "DestroyTemporaryVariable", "IsVariableInitialized", "Assign", "AssignAdd", "AssignSub", "_Arg", "_Retval", "_Send", "_Recv", "_HostSend", "_HostRecv", "_ListToArray", "_ArrayToList", "SymbolicGradient", "RemoteCall",

        // Extended, first group: arithmetic, convolutions, control flow, sound.
        "ArgMax", "ArgMin", "AvgPool", "AvgPoolGrad", "BatchMatMul", "BatchMatMulV2", "BatchNormWithGlobalNormalization", "BatchNormWithGlobalNormalizationGrad", "BroadcastArgs", "BroadcastGradientArgs", "CheckNumerics",
        "Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter", "Exit", "RefExit", "NextIteration", "RefNextIteration", "LoopCond", "ControlTrigger", "Abort",
        "Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput", "FusedResizeAndPadConv2D", "FusedPadConv2D", "DepthwiseConv2dNative", "CropAndResize", "CropAndResizeGradBoxes", "CropAndResizeGradImage",
        "Abs", "Add", "AddV2", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Invert", "Div", "RealDiv", "TruncateDiv", "Equal", "NotEqual", "Exp", "Floor", "FloorDiv", "FloorMod", "Greater", "GreaterEqual", "IsFinite", "Less", "LessEqual", "Log", "LogicalAnd", "LogicalNot", "LogicalOr", "Maximum", "Minimum", "Mul", "Neg", "Pow",
        "Inv", "Reciprocal", "InvGrad", "ReciprocalGrad", "Round", "Rsqrt", "RsqrtGrad", "Select", "Sigmoid", "SigmoidGrad", "Sign", "Sqrt", "SqrtGrad", "Square", "SquaredDifference", "Sub", "Tanh", "TanhGrad", "PopulationCount",
        "DecodeWav", "EncodeWav", "DynamicPartition", "FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxArgsGradient", "FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVarsGradient", "FakeQuantWithMinMaxVarsPerChannel", "FakeQuantWithMinMaxVarsPerChannelGradient",
        "FIFOQueue", "FIFOQueueV2", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3",

        // Extended, second group: pooling, padding, reductions, resizing, state, training.
        "BatchToSpace", "BatchToSpaceND", "SpaceToBatch", "SpaceToBatchND", "DepthToSpace", "SpaceToDepth", "CTCGreedyDecoder", "CTCBeamSearchDecoder", "DecodeBmp", "DynamicStitch", "ParallelDynamicStitch", "InTopK", "InTopKV2", "Assert", "Print", "Timestamp",
        "LRN", "LRNGrad", "MaxPool", "MaxPoolV2", "MaxPoolGrad", "MaxPoolGradV2", "MaxPoolGradGrad", "MaxPoolGradGradV2", "MaxPoolWithArgmax", "MaxPoolGradWithArgmax", "MaxPoolGradGradWithArgmax", "Mfcc", "AudioSpectrogram", "MirrorPad", "MirrorPadGrad", "Pad", "PadV2",
        "PaddingFIFOQueue", "PaddingFIFOQueueV2", "QueueEnqueue", "QueueEnqueueV2", "QueueEnqueueMany", "QueueEnqueueManyV2", "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2", "QueueDequeueUpTo", "QueueDequeueUpToV2", "QueueClose", "QueueCloseV2", "QueueSize", "QueueSizeV2",
        "RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal", "RandomGamma", "All", "Any", "Max", "Mean", "Min", "Prod", "Sum", "Relu", "ReluGrad", "Relu6", "Relu6Grad", "Elu", "EluGrad", "Selu", "SeluGrad", "LeakyRelu", "LeakyReluGrad",
        "ResizeBilinear", "ResizeBilinearGrad", "ResizeNearestNeighbor", "ResizeNearestNeighborGrad", "Reverse", "ReverseV2", "Save", "SaveSlices", "SaveV2", "ShardedFilename", "ShardedFilespec", "Restore", "RestoreSlice", "RestoreV2", "MergeV2Checkpoints",
        "GetSessionHandle", "GetSessionHandleV2", "GetSessionTensor", "DeleteSessionTensor", "Softplus", "SoftplusGrad", "Softsign", "SoftsignGrad", "SparseToDense", "Stack", "StackV2", "StackPush", "StackPushV2", "StackPop", "StackPopV2", "StackClose", "StackCloseV2", "StringJoin",
        "ScalarSummary", "HistogramSummary", "MergeSummary", "TensorArray", "TensorArrayV2", "TensorArrayV3", "TensorArrayGrad", "TensorArrayGradV2", "TensorArrayGradV3", "TensorArrayWrite", "TensorArrayWriteV2", "TensorArrayWriteV3", "TensorArrayRead", "TensorArrayReadV2", "TensorArrayReadV3",
        "TensorArrayPack", "TensorArrayUnpack", "TensorArrayGather", "TensorArrayGatherV2", "TensorArrayGatherV3", "TensorArrayScatter", "TensorArrayScatterV2", "TensorArrayScatterV3", "TensorArrayConcat", "TensorArrayConcatV2", "TensorArrayConcatV3",
        "TensorArraySplit", "TensorArraySplitV2", "TensorArraySplitV3", "TensorArraySize", "TensorArraySizeV2", "TensorArraySizeV3", "TensorArrayClose", "TensorArrayCloseV2", "TensorArrayCloseV3", "Tile", "TileGrad", "TopK", "TopKV2",
        "ApplyGradientDescent", "ApplyAdadelta", "ApplyAdagrad", "ApplyAdagradDA", "ApplyAdam", "ApplyCenteredRMSProp", "ApplyFtrl", "ApplyFtrlV2", "ApplyMomentum", "ApplyProximalAdagrad", "ApplyProximalGradientDescent", "ApplyRMSProp",
        "Transpose", "ConjugateTranspose", "InvertPermutation", "Where", "SoftmaxCrossEntropyWithLogits",

        // Quantized.
        "Dequantize", "QuantizeV2", "QuantizeDownAndShrinkRange", "QuantizedRelu", "QuantizedRelu6", "QuantizedReluX", "QuantizedBatchNormWithGlobalNormalization", "QuantizedBiasAdd", "QuantizedConcat", "QuantizedConv2D", "QuantizedInstanceNorm", "QuantizedMatMul",
        "QuantizedAvgPool", "QuantizedMaxPool", "QuantizedReshape", "QuantizedResizeBilinear", "QuantizedAdd", "QuantizedMul", "RequantizationRange", "Requantize",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => "tf-mobile";

    /// <inheritdoc/>
    public override IReadOnlyList<UnsupportedNode> FindUnsupported(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new UsageException($"TensorFlow Mobile runs TensorFlow graphs; this model speaks {model.Vocabulary.Name}", "--target");
        }

        return
        [
            .. model.Graph.Nodes.Where(n => !s_operators.Contains(n.Operator))
                .Select(n => new UnsupportedNode(n.Name, n.Operator, "no kernel in TensorFlow Mobile's operator list; optimize with --inputs behind it where it only prepares the input")),
        ];
    }
}
