using Pare.Passes.Conversion;
using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Conditionals of TensorFlow 1, as training leaves them in frozen graphs.</summary>
public class ControlFlowTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merge_BranchesOfOtherShapes_TakesTheLiveOne(bool predicate)
    {
        TensorFlowGraph g = new();
        Value x = g.Feed("x", F([2, 3], 1, 2, 3, 4, 5, 6));
        Node sides = g.Node("s", "Switch", [x, g.Feed("p", B(predicate).Scalar())]);
        Node whenTrue = g.Node("t", "Sum", [sides.GetOrAddOutput(1), g.Constant(I(0))]);
        Node whenFalse = g.Node("f", "Neg", [sides.Output]);
        Node merge = g.Node("m", "Merge", [whenFalse.Output, whenTrue.Output], A("N", 2));
        IReadOnlyList<TensorData> r = g.Run(merge.Output, merge.GetOrAddOutput(1));
        TensorAssert.Close(predicate ? F(5, 7, 9) : F([2, 3], -1, -2, -3, -4, -5, -6), r[0], "value");
        TensorAssert.Close(I0(predicate ? 1 : 0), r[1], "index");
    }

    [Fact]
    public void Merge_BranchNotTaken_IsNotComputed()
    {
        // Six elements do not fit the shape of the branch that is not taken: computing it would fail.
        TensorFlowGraph g = new();
        Node sides = g.Node("s", "Switch", [g.Feed("x", F(1, 2, 3, 4, 5, 6), unknownRank: true), g.Feed("p", B(false).Scalar())]);
        Node impossible = g.Node("t", "Reshape", [sides.GetOrAddOutput(1), g.Constant(I(7))]);
        Node merge = g.Node("m", "Merge", [sides.Output, impossible.Output], A("N", 2));
        TensorAssert.Close(F(1, 2, 3, 4, 5, 6), g.Run(merge.Output)[0], "value");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merge_ConstantsHeldByControlEdges_FollowsThem(bool predicate)
    {
        TensorFlowGraph g = new();
        Value p = g.Feed("p", B(predicate).Scalar());
        Node pivot = g.Node("pivot", "Switch", [p, p]);
        Value a = g.Constant(F(1));
        a.Producer!.AddControlInput(g.Node("t", "Identity", [pivot.GetOrAddOutput(1)]));
        Value b = g.Constant(F(2));
        b.Producer!.AddControlInput(g.Node("f", "Identity", [pivot.Output]));
        TensorAssert.Close(F(predicate ? 1 : 2), g.Run(g.Node("m", "Merge", [b, a], A("N", 2)).Output)[0], "value");
    }

    [Theory]
    [InlineData(true, true, 10f)]
    [InlineData(true, false, 20f)]
    [InlineData(false, true, 30f)]
    public void Merge_Nested_DecidesFromInsideOut(bool outer, bool inner, float expected)
    {
        TensorFlowGraph g = new();
        Value p = g.Feed("p", B(outer).Scalar());
        Value q = g.Feed("q", B(inner).Scalar());
        Node first = g.Node("s", "Switch", [g.Feed("x", F(10)), p]);
        Node gate = g.Node("q1", "Switch", [q, p]);
        Node second = g.Node("s2", "Switch", [first.GetOrAddOutput(1), gate.GetOrAddOutput(1)]);
        Node doubled = g.Node("d", "AddV2", [second.Output, second.Output]);
        Node innerMerge = g.Node("m1", "Merge", [doubled.Output, second.GetOrAddOutput(1)], A("N", 2));
        Node tripled = g.Node("t", "Mul", [first.Output, g.Constant(F(3))]);
        Node merge = g.Node("m", "Merge", [tripled.Output, innerMerge.Output], A("N", 2));
        TensorAssert.Close(F(expected), g.Run(merge.Output)[0], "value");
    }

    [Fact]
    public void Merge_PredicateConstant_LeavesNoIfAndNoDeadBranch()
    {
        TensorFlowGraph g = new();
        Node sides = g.Node("s", "Switch", [g.Feed("x", F(1, -2)), g.Node("n", "LogicalNot", [g.Constant(B(true).Scalar())]).Output]);
        Node dead = g.Node("t", "NoSuchOperator", [sides.GetOrAddOutput(1)]);
        Node merge = g.Node("m", "Merge", [g.Node("f", "Neg", [sides.Output]).Output, dead.Output], A("N", 2));
        Model converted = TensorFlowToOnnx.Convert(g.Model, new TensorFlowToOnnxOptions { Outputs = [merge.Output] });
        Assert.Equal("Neg Identity", string.Join(" ", converted.Graph.Nodes.Select(n => n.Operator)));
        TensorAssert.Close(F(-1, 2), g.Run(merge.Output)[0], "value");
    }

    [Fact]
    public void Merge_Loop_IsNamedAsUnsupported()
    {
        TensorFlowGraph g = new();
        Node enter = g.Node("e", "Enter", [g.Feed("x", F(1))]);
        Node next = g.Node("n", "NextIteration", [enter.Output]);
        Node merge = g.Node("m", "Merge", [enter.Output, next.Output], A("N", 2));
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => g.Run(merge.Output));
        Assert.Contains(e.Nodes, n => n.Node == "m" && n.Why.Contains("loop", StringComparison.Ordinal));
    }

    [Fact]
    public void Dropout_KeepProbabilityOne_ChangesNothing()
    {
        TensorFlowGraph g = new();
        float[] data = [.. Enumerable.Range(1, 200).Select(i => (float)i)];
        Value x = g.Feed("x", F(data));
        Node random = g.Node("r", "RandomUniform", [g.Node("shape", "Shape", [x]).Output], A("T", DataType.Int32), A("dtype", DataType.Float32));
        random.Output.Type = DataType.Float32;
        Node floor = g.Node("floor", "Floor", [g.Node("add", "AddV2", [random.Output, g.Constant(F([], 1))], A("T", DataType.Float32)).Output]);
        TensorAssert.Close(F(data), g.Run(g.Node("y", "Mul", [x, floor.Output]).Output)[0], "dropout");
    }
}
