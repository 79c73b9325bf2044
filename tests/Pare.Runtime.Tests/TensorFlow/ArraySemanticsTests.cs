using System.Text;
using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Shapes, parts, joins, gathers and scatters against values worked out by hand from TensorFlow's definitions.</summary>
public class ArraySemanticsTests
{
    private static readonly TensorData s_x = F([2, 3], 1, 2, 3, 4, 5, 6);

    [Fact]
    public void Reshape_ZeroAndRest_KeepTheirMeaning()
    {
        TensorAssert.Close(F([3, 0]), TensorFlowGraph.Run("Reshape", F([0, 3]), [I(3, 0)]), "0 is an extent");
        TensorAssert.Close(F([3, 0]), TensorFlowGraph.RunFed("Reshape", [F([0, 3]), I(3, 0)]), "0 is an extent, at run time too");
        TensorAssert.Close(F([3, 2], 1, 2, 3, 4, 5, 6), TensorFlowGraph.RunFed("Reshape", [s_x, L(3, -1)]), "the rest");
        TensorAssert.Close(F([], 7), TensorFlowGraph.Run("Reshape", F(7), [I()]), "scalar");
    }

    [Fact]
    public void ExpandDimsAndSqueeze_NegativeAndDynamicAxes_Work()
    {
        TensorAssert.Close(F([2, 1, 3], 1, 2, 3, 4, 5, 6), TensorFlowGraph.RunFed("ExpandDims", [s_x, I0(-2)]), "expand");
        TensorAssert.Close(F([2, 3], 1, 2, 3, 4, 5, 6), TensorFlowGraph.Run("Squeeze", F([2, 1, 3], 1, 2, 3, 4, 5, 6), [], ("squeeze_dims", AttributeValue.Of([-2L]))), "squeeze");
    }

    [Fact]
    public void SplitAndUnpack_EveryForm_GivesTheParts()
    {
        TensorFlowGraph g = new();
        Value x = g.Feed("x", s_x);
        Node split = g.Node("s", "Split", [g.Constant(I0(-1)), x], A("T", DataType.Float32), A("num_split", 3));
        Node sizes = g.Node("v", "SplitV", [x, g.Feed("n", I(1, -1), unknownRank: false), g.Constant(I0(1))], A("num_split", 2));
        Node rows = g.Node("u", "Unpack", [x], A("num", 2), A("axis", -2));
        IReadOnlyList<TensorData> r = g.Run(split.GetOrAddOutput(2), sizes.GetOrAddOutput(1), rows.GetOrAddOutput(1), split.Output);
        TensorAssert.Close(F([2, 1], 3, 6), r[0], "split");
        TensorAssert.Close(F([2, 2], 2, 3, 5, 6), r[1], "sizes at run time, one of them the rest");
        TensorAssert.Close(F(4, 5, 6), r[2], "unpack");
        TensorAssert.Close(F([2, 1], 1, 4), r[3], "first");
    }

    [Fact]
    public void Pack_NegativeAxis_Stacks()
    {
        TensorFlowGraph g = new();
        Value a = g.Feed("a", F(1, 2), unknownRank: true);
        TensorAssert.Close(F([2, 2], 1, 1, 2, 2), g.Run(g.Node("y", "Pack", [a, a], A("axis", -1)).Output)[0], "pack");
    }

    [Fact]
    public void Transpose_PermutationAtRunTime_Permutes()
    {
        TensorData x = F([2, 3, 2], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        TensorData expected = F([2, 2, 3], 0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
        TensorAssert.Close(expected, TensorFlowGraph.Run("Transpose", x, [I(2, 0, 1)]), "constant");
        TensorFlowGraph g = new();
        TensorAssert.Close(expected, g.Run(g.Node("y", "Transpose", [g.Feed("x", x), g.Feed("p", I(2, 0, 1))]).Output)[0], "run time");
    }

    [Fact]
    public void Reverse_EveryForm_TurnsTheOrder()
    {
        TensorAssert.Close(F([2, 3], 6, 5, 4, 3, 2, 1), TensorFlowGraph.RunFed("ReverseV2", [s_x, I(0, -1)]), "axes at run time");
        TensorAssert.Close(F([2, 3], 3, 2, 1, 6, 5, 4), TensorFlowGraph.Run("Reverse", s_x, [B(false, true)]), "old form");
        TensorAssert.Close(F([2, 3], 2, 1, 3, 6, 5, 4), TensorFlowGraph.Run("ReverseSequence", s_x, [I(2, 3)], A("seq_dim", 1)), "sequences");
        TensorData x = F([1, 2, 3], 1, 2, 3, 4, 5, 6);
        TensorAssert.Close(F([1, 2, 3], 2, 1, 3, 6, 5, 4), TensorFlowGraph.Run("ReverseSequence", x, [L(2, 3)], A("seq_dim", 2), A("batch_dim", 1)), "other axes");
    }

    [Fact]
    public void Slice_BoundsAtRunTime_CutsTheRest()
        => TensorAssert.Close(F([1, 2], 5, 6), TensorFlowGraph.RunFed("Slice", [s_x, I(1, 1), I(1, -1)]), "slice");

    [Fact]
    public void Pad_EveryMode_Fills()
    {
        TensorData pads = I([2, 2], 0, 1, 1, 0);
        TensorAssert.Close(F([3, 4], 0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0), TensorFlowGraph.RunFed("Pad", [s_x, pads]), "zeros, amounts at run time");
        TensorAssert.Close(F([3, 4], 9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9), TensorFlowGraph.Run("PadV2", s_x, [pads, F([], 9)]), "value");
        TensorAssert.Close(F([3, 4], 2, 1, 2, 3, 5, 4, 5, 6, 2, 1, 2, 3), TensorFlowGraph.Run("MirrorPad", s_x, [pads], A("mode", "REFLECT")), "reflect");
        TensorAssert.Close(F([4, 5], 2, 1, 1, 2, 3, 2, 1, 1, 2, 3, 5, 4, 4, 5, 6, 5, 4, 4, 5, 6), TensorFlowGraph.Run("MirrorPad", s_x, [I([2, 2], 1, 1, 2, 0)], A("mode", "SYMMETRIC")), "symmetric");
        TensorAssert.Close(Of(DataType.Int16, 0, 5, 0), TensorFlowGraph.Run("Pad", Of(DataType.Int16, 5), [I([1, 2], 1, 1)]), "short integers");
    }

    [Fact]
    public void Gather_AxesAndBatches_FetchTheRightSlices()
    {
        TensorAssert.Close(F([2, 2], 3, 1, 6, 4), TensorFlowGraph.Run("GatherV2", s_x, [I(2, 0), I0(-1)]), "last axis");
        TensorAssert.Close(F([2, 1], 3, 4), TensorFlowGraph.Run("GatherV2", s_x, [I([2, 1], 2, 0), I0(1)], A("batch_dims", 1)), "batch");
        TensorAssert.Close(F([2, 1], 3, 4), TensorFlowGraph.Run("GatherV2", s_x, [I([2, 1], 2, 0), I0(1)], A("batch_dims", -1)), "batch counted from the end");

        // Element [b, i, k, c] of the result is x[b, i, index[b, k], c].
        TensorData x = F([2, 2, 3, 1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        TensorAssert.Close(F([2, 2, 2, 1], 2, 0, 5, 3, 7, 7, 10, 10), TensorFlowGraph.Run("GatherV2", x, [I([2, 2], 2, 0, 1, 1), I0(2)], A("batch_dims", 1)), "axis behind the batch");
        TensorAssert.Close(F(2, 4), TensorFlowGraph.Run("GatherNd", s_x, [I([2, 2], 0, 1, 1, 0)]), "points");
        TensorAssert.Close(F([1, 3], 4, 5, 6), TensorFlowGraph.Run("GatherNd", s_x, [I([1, 1], 1)]), "rows");
    }

    [Fact]
    public void Scatter_EveryForm_PutsTheValues()
    {
        TensorAssert.Close(F(0, 11, 0, 5), TensorFlowGraph.Run("ScatterNd", I([3, 1], 1, 3, 1), [F(4, 5, 7), I(4)], A("T", DataType.Float32)), "twice adds");
        TensorAssert.Close(F(1, 9, 3), TensorFlowGraph.Run("TensorScatterUpdate", F(1, 2, 3), [I([1, 1], 1), F(9)]), "update");
        TensorAssert.Close(F(1, 11, 3), TensorFlowGraph.Run("TensorScatterAdd", F(1, 2, 3), [I([1, 1], 1), F(9)]), "add");
        TensorAssert.Close(F(1, -7, 3), TensorFlowGraph.Run("TensorScatterSub", F(1, 2, 3), [I([1, 1], 1), F(9)]), "sub");
        TensorAssert.Close(I(7, 1, 7, 2), TensorFlowGraph.Run("SparseToDense", I(1, 3), [I(4), I(1, 2), I0(7)]), "sparse vector");
        TensorAssert.Close(I([2, 2], 0, 5, 5, 0), TensorFlowGraph.Run("SparseToDense", I([2, 2], 0, 1, 1, 0), [I(2, 2), I0(5), I0(0)]), "one value for all");
        TensorAssert.Close(I(1, 2, 0), TensorFlowGraph.Run("InvertPermutation", I(2, 0, 1), []), "inverse");
    }

    [Fact]
    public void DynamicStitchAndPartition_UndoEachOther()
    {
        TensorFlowGraph g = new();
        Value x = g.Feed("x", F([4, 1], 10, 11, 12, 13));
        Value parts = g.Feed("p", I(1, 0, 1, 0));
        Node partition = g.Node("d", "DynamicPartition", [x, parts], A("num_partitions", 2));
        Value second = partition.GetOrAddOutput(1);
        Node stitch = g.Node("s", "DynamicStitch", [g.Constant(I(1, 3)), g.Constant(I(0, 2)), partition.Output, second], A("T", DataType.Float32));
        IReadOnlyList<TensorData> r = g.Run(partition.Output, second, stitch.Output);
        TensorAssert.Close(F([2, 1], 11, 13), r[0], "first part");
        TensorAssert.Close(F([2, 1], 10, 12), r[1], "second part");
        TensorAssert.Close(F([4, 1], 10, 11, 12, 13), r[2], "stitched");
    }

    [Fact]
    public void OneHot_IndicesOutside_AreAllOff()
    {
        TensorAssert.Close(F([3, 2], 5, 1, 1, 1, 1, 1), TensorFlowGraph.Run("OneHot", I(0, -1, 2), [I0(2), F([], 5), F([], 1)], A("T", DataType.Float32), A("TI", DataType.Int32), A("axis", -1)), "last axis");
        TensorAssert.Close(I([2, 3], 1, 0, 0, 0, 0, 1), TensorFlowGraph.Run("OneHot", L(0, -1, 1), [I0(2), I0(1), I0(0)], A("T", DataType.Int32), A("axis", 0L)), "first axis");
    }

    [Fact]
    public void RangesAndFills_EveryType_AreMade()
    {
        TensorAssert.Close(I(5, 3, 1), TensorFlowGraph.RunFed("Range", [I0(5), I0(0), I0(-2)]), "down");
        TensorAssert.Close(F(0f, 0.5f, 1f), TensorFlowGraph.RunFed("Range", [F([], 0), F([], 1.2f), F([], 0.5f)]), "floats");
        TensorAssert.Close(F(1f, 1.5f, 2f), TensorFlowGraph.RunFed("LinSpace", [F([], 1), F([], 2), I0(3)]), "linear");
        TensorAssert.Close(F(4f), TensorFlowGraph.RunFed("LinSpace", [F([], 4), F([], 9), I0(1)]), "one point");
        TensorAssert.Close(F([2, 1], 3, 3), TensorFlowGraph.RunFed("Fill", [I(2, 1), F([], 3)], A("T", DataType.Float32)), "fill");
        TensorAssert.Close(I([2, 2], 1, 2, 1, 2), TensorFlowGraph.RunFed("BroadcastTo", [I(1, 2), I(2, 2)]), "broadcast");
        TensorAssert.Close(I(2, 3, 4), TensorFlowGraph.RunFed("BroadcastArgs", [I(3, 1), I(2, 1, 4)]), "shapes");
        TensorAssert.Close(F([2, 6], 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6), TensorFlowGraph.RunFed("Tile", [s_x, I(1, 2)]), "tile");
    }

    [Fact]
    public void ConcatOffset_ThreeShapes_GivesWhereEachBegins()
    {
        TensorFlowGraph g = new();
        Node n = g.Node("y", "ConcatOffset", [g.Constant(I0(1)), g.Feed("a", I(2, 3)), g.Feed("b", I(2, 5)), g.Feed("c", I(2, 1))]);
        IReadOnlyList<TensorData> r = g.Run(n.Output, n.GetOrAddOutput(1), n.GetOrAddOutput(2));
        TensorAssert.Close(I(0, 0), r[0], "first");
        TensorAssert.Close(I(0, 3), r[1], "second");
        TensorAssert.Close(I(0, 8), r[2], "third");
    }

    [Fact]
    public void Matrices_BandsAndDiagonals_AreCut()
    {
        TensorData m = F([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9);
        TensorAssert.Close(F([3, 3], 1, 2, 0, 4, 5, 6, 7, 8, 9), TensorFlowGraph.RunFed("MatrixBandPart", [m, L0(-1), L0(1)]), "band");
        TensorAssert.Close(F([3, 3], 1, 0, 0, 0, 5, 0, 0, 0, 9), TensorFlowGraph.RunFed("MatrixBandPart", [m, L0(0), L0(0)]), "diagonal");
        TensorAssert.Close(F([2, 2, 2], 1, 0, 0, 2, 3, 0, 0, 4), TensorFlowGraph.RunFed("MatrixDiag", [F([2, 2], 1, 2, 3, 4)]), "diag");
        TensorAssert.Close(F([3, 3], 8, 1, 8, 8, 8, 2, 8, 8, 8), TensorFlowGraph.Run("MatrixDiagV3", F(1, 2), [I0(1), I0(-1), I0(-1), F([], 8)]), "above");
        TensorAssert.Close(F(4, 8), TensorFlowGraph.Run("MatrixDiagPartV3", m, [I0(-1), F([], 0)]), "part below");
        TensorAssert.Close(F(1, 5, 9), TensorFlowGraph.RunFed("MatrixDiagPart", [m]), "part");
        TensorAssert.Close(F([3, 3], 0, 2, 3, 4, -1, 6, 7, 8, -2), TensorFlowGraph.RunFed("MatrixSetDiag", [m, F(0, -1, -2)]), "set");
        TensorAssert.Close(F([2, 2], 1, 0, 0, 2), TensorFlowGraph.RunFed("Diag", [F(1, 2)]), "plain diag");
        TensorAssert.Close(F(1, 5, 9), TensorFlowGraph.Run("DiagPart", m, []), "plain part");
    }

    [Fact]
    public void Segments_SortedAndNot_ReduceTheirRows()
    {
        TensorData x = F([4, 1], 1, 2, 3, 4);
        TensorAssert.Close(F([4, 1], 3, 0, 0, 7), TensorFlowGraph.RunFed("SegmentSum", [x, I(0, 0, 3, 3)]), "sum");
        TensorAssert.Close(F([4, 1], 2, 0, 0, 4), TensorFlowGraph.RunFed("SegmentMax", [x, I(0, 0, 3, 3)]), "max, 0 where empty");
        TensorAssert.Close(F([2, 1], 1.5f, 3.5f), TensorFlowGraph.RunFed("SegmentMean", [x, I(0, 0, 1, 1)]), "mean");
        TensorAssert.Close(F([3, 1], 4, 0, 4), TensorFlowGraph.RunFed("UnsortedSegmentSum", [x, I(2, -1, 2, 0), I0(3)]), "negative is dropped");
        TensorAssert.Close(F([2, 1], 4, float.MinValue), TensorFlowGraph.RunFed("UnsortedSegmentMax", [x, I(0, 0, 0, 0), I0(2)]), "lowest where empty");
        TensorAssert.Close(F([2, 1], 3, 4), TensorFlowGraph.RunFed("SparseSegmentMean", [x, I(1, 3, 3), I(0, 0, 1)]), "sparse mean");
        TensorAssert.Close(F([1, 1], 6f / MathF.Sqrt(2)), TensorFlowGraph.RunFed("SparseSegmentSqrtN", [x, I(1, 3), I(0, 0)]), "sparse sqrt");
    }

    [Fact]
    public void TopKAndInTopK_Ties_TakeTheLowerIndex()
    {
        TensorFlowGraph g = new();
        Node top = g.Node("t", "TopKV2", [g.Feed("x", F([1, 4], 3, 7, 7, 3)), g.Feed("k", I0(3))]);
        IReadOnlyList<TensorData> r = g.Run(top.Output, top.GetOrAddOutput(1));
        TensorAssert.Close(F([1, 3], 7, 7, 3), r[0], "values");
        TensorAssert.Close(I([1, 3], 1, 2, 0), r[1], "indices");
        TensorData scores = F([3, 3], 0.1f, 0.8f, 0.8f, 0.5f, 0.3f, 0.2f, float.NaN, 1, 2);
        TensorAssert.Close(B(true, false, false), TensorFlowGraph.Run("InTopKV2", scores, [I(2, 2, 2), I0(1)]), "in top");
    }

    [Fact]
    public void UniqueAndWhere_GiveOrderOfAppearance()
    {
        TensorFlowGraph g = new();
        Node n = g.Node("u", "UniqueWithCounts", [g.Feed("x", I(4, 1, 4, 2, 1))]);
        IReadOnlyList<TensorData> r = g.Run(n.Output, n.GetOrAddOutput(1), n.GetOrAddOutput(2));
        TensorAssert.Close(I(4, 1, 2), r[0], "distinct");
        TensorAssert.Close(I(0, 1, 0, 2, 1), r[1], "index of each");
        TensorAssert.Close(I(2, 2, 1), r[2], "counts");
        TensorData where = TensorFlowGraph.Run("Where", F([2, 2], 0, 1, 2, 0), []);
        Assert.Equal([0L, 1, 1, 0], where.ToInt64s());
    }

    [Fact]
    public void NonMaxSuppression_Versions_KeepTheBestBoxes()
    {
        TensorData boxes = F([3, 4], 0, 0, 1, 1, 0, 0, 1, 1.1f, 2, 2, 3, 3);
        TensorData scores = F(0.8f, 0.9f, 0.3f);
        TensorAssert.Close(I(1, 2), TensorFlowGraph.Run("NonMaxSuppression", boxes, [scores, I0(5)], A("iou_threshold", 0.5f)), "first version");
        TensorAssert.Close(I(1), TensorFlowGraph.Run("NonMaxSuppressionV3", boxes, [scores, I0(5), F([], 0.5f), F([], 0.5f)]), "score threshold");
        TensorFlowGraph g = new();
        Node n = g.Node("n", "NonMaxSuppressionV5", [g.Feed("b", boxes), g.Feed("s", scores), g.Constant(I0(4)), g.Constant(F([], 0.5f)), g.Constant(F([], 0f)), g.Constant(F([], 0f))], A("pad_to_max_output_size", true));
        IReadOnlyList<TensorData> r = g.Run(n.Output, n.GetOrAddOutput(1), n.GetOrAddOutput(2));
        TensorAssert.Close(I(1, 2, 0, 0), r[0], "padded");
        TensorAssert.Close(F(0.9f, 0.3f, 0, 0), r[1], "scores");
        TensorAssert.Close(I0(2), r[2], "valid");
    }

    [Fact]
    public void RecurrentCells_OneStep_FollowTheirEquations()
    {
        // One unit, weights chosen so that each gate sees x alone: i = σ(x), ci = tanh(2x), f = σ(3x + 1), o = σ(4x).
        TensorFlowGraph g = new();
        Value none = g.Constant(F(0));
        Node lstm = g.Node("l", "LSTMBlockCell", [g.Feed("x", F([1, 1], 0.5f)), g.Constant(F([1, 1], 0.2f)), g.Constant(F([1, 1], 0.7f)), g.Constant(F([2, 4], 1, 2, 3, 4, 0, 0, 0, 0)), none, none, none, g.Constant(F(0, 0, 0, 0))]);
        double cs = (Math.Tanh(1) * Sigmoid(0.5)) + (0.2 * Sigmoid(2.5));
        IReadOnlyList<TensorData> r = g.Run(lstm.GetOrAddOutput(1), lstm.GetOrAddOutput(6));
        TensorAssert.Close(F([1, 1], (float)cs), r[0], "cell");
        TensorAssert.Close(F([1, 1], (float)(Math.Tanh(cs) * Sigmoid(2))), r[1], "output");

        g = new();
        Node gru = g.Node("g", "GRUBlockCell", [g.Feed("x", F([1, 1], 0.5f)), g.Constant(F([1, 1], 0.4f)), g.Constant(F([2, 2], 1, 2, 0, 0)), g.Constant(F([2, 1], 3, 1)), g.Constant(F(0, 0)), g.Constant(F(0))]);
        double u = Sigmoid(1);
        double candidate = Math.Tanh(1.5 + (0.4 * Sigmoid(0.5)));
        TensorAssert.Close(F([1, 1], (float)((u * 0.4) + ((1 - u) * candidate))), g.Run(gru.GetOrAddOutput(3))[0], "state");

        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }

    [Fact]
    public void Conversion_DamagedNodes_NamesThemAll()
    {
        TensorFlowGraph g = new();
        Value x = g.Feed("x", F([2, 3], 1, 2, 3, 4, 5, 6));
        Node empty = g.Node("empty", "ConcatV2", []);
        Node huge = g.Node("huge", "Unpack", [x], A("num", 1L << 40));
        Node odd = g.Node("odd", "Transpose", [x, g.Constant(I(0, 5))]);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => g.Run(empty.Output, huge.Output, odd.Output));
        Assert.Equal(["empty", "huge", "odd"], e.Nodes.Select(n => n.Node));
    }

    [Fact]
    public void Strings_MovedAround_StayWhole()
    {
        StringTensorData x = new(new TensorShape(3), [.. new[] { "a", "", "\u00fc" }.Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))]);
        TensorData y = TensorFlowGraph.Run("GatherV2", x, [I(2, 0), I0(0)], A("Tparams", DataType.String));
        Assert.Equal(["\u00fc", "a"], y.GetStrings().Select(s => Encoding.UTF8.GetString(s.Span)));
    }
}
