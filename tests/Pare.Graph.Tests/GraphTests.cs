using Xunit;

namespace Pare.Graphs.Tests;

public sealed class GraphTests
{
    private static Model Chain(int length)
    {
        Model model = new(Vocabularies.TensorFlow);
        Value previous = model.Graph.CreateNode("x", "Placeholder").Output;
        model.Graph.Inputs.Add(previous);
        for (int i = 0; i < length; i++)
        {
            previous = model.Graph.CreateNode($"n{i}", "Relu", [previous]).Output;
        }

        model.Graph.Outputs.Add(previous);
        return model;
    }

    [Fact]
    public void RemoveNode_StillUsed_Throws()
    {
        Model model = Chain(3);
        Node middle = model.Graph.FindNode("n1")!;
        Assert.Throws<GraphException>(() => model.Graph.RemoveNode(middle));
    }

    [Fact]
    public void Nodes_RemovedWhileEnumerated_ArePassedOver()
    {
        Model model = Chain(6);
        List<string> seen = [];
        foreach (Node n in model.Graph.Nodes)
        {
            seen.Add(n.Name);
            if (n.Name == "n1")
            {
                Node next = model.Graph.FindNode("n2")!;
                model.Graph.ReplaceUses(next.Output, n.Output);
                model.Graph.RemoveNode(next);
            }
        }

        Assert.Equal(["x", "n0", "n1", "n3", "n4", "n5"], seen);
        GraphVerifier.Verify(model);
    }

    [Fact]
    public void Topological_Cycle_NamesIt()
    {
        Model model = Chain(3);
        model.Graph.FindNode("n0")!.SetInput(0, model.Graph.FindNode("n2")!.Output);
        GraphException e = Assert.Throws<GraphException>(() => GraphVerifier.Verify(model));
        Assert.Contains("cycle", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topological_DeepChain_DoesNotOverflowTheStack() => Assert.Equal(200_001, GraphOrder.Topological(Chain(200_000).Graph).Count);

    [Fact]
    public void Clone_EditedApart_LeavesTheOriginal()
    {
        Model model = Chain(3);
        Model copy = model.Clone();
        copy.Graph.ReplaceUses(copy.Graph.FindNode("n2")!.Output, copy.Graph.FindNode("n1")!.Output);
        copy.Graph.RemoveNode(copy.Graph.FindNode("n2")!);
        GraphVerifier.Verify(copy);
        GraphVerifier.Verify(model);
        Assert.Equal(4, model.Graph.Nodes.Count);
        Assert.Equal("n2:0", model.Graph.Outputs[0].Name);
        Assert.Equal("n1:0", copy.Graph.Outputs[0].Name);
    }

    [Fact]
    public void TensorShape_ProductOverflows_Throws() => Assert.Throws<GraphException>(() => new TensorShape(1L << 40, 1L << 40));

    [Fact]
    public void SplatTensor_LastValueRepeats()
    {
        SplatTensorData t = new(DataType.Int32, new TensorShape(2, 3), DenseTensorData.Create([1, 2], new TensorShape(2)).Bytes);
        Assert.Equal([1, 2, 2, 2, 2, 2], t.ToArray<int>());
        Assert.Equal([1f, 2, 2, 2, 2, 2], t.ToFloats());
    }

    [Fact]
    public void Int4_LowNibbleFirst_SignExtended()
    {
        DenseTensorData t = new(DataType.Int4, new TensorShape(3), new byte[] { 0xF7, 0x08 });
        Assert.Equal([7f, -1f, -8f], t.ToFloats());
    }

    [Fact]
    public void ReplaceUses_HundredThousandUses_TakesNoQuadraticTime()
    {
        Graph graph = new();
        Value x = graph.CreateNode("x", "Placeholder").Output;
        Node[] nodes = [.. Enumerable.Range(0, 50_000).Select(i => graph.CreateNode($"n{i}", "Add", [x, x]))];
        Value y = graph.CreateNode("y", "Placeholder").Output;
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        graph.ReplaceUses(x, y);
        Assert.Empty(x.Uses);
        Assert.Equal(100_000, y.Uses.Count);
        nodes[7].SetInput(1, x);
        Assert.Equal(new Use(nodes[7], 1), Assert.Single(x.Uses));
        Assert.DoesNotContain(new Use(nodes[7], 1), y.Uses);
        graph.RemoveNodes(nodes);
        Assert.Empty(y.Uses);
        Assert.Empty(x.Uses);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    [Fact]
    public void AddControlInput_ManyTwiceAndTakenAway_EachOnce()
    {
        Graph graph = new();
        Node waiting = graph.CreateNode("waiting", "NoOp", outputs: 0);
        Node[] others = [.. Enumerable.Range(0, 100).Select(i => graph.CreateNode($"n{i}", "NoOp", outputs: 0))];
        foreach (Node n in others.Concat(others))
        {
            waiting.AddControlInput(n);
        }

        Assert.Equal(others, waiting.ControlInputs);
        Assert.True(waiting.RemoveControlInput(others[7]));
        Assert.False(waiting.RemoveControlInput(others[7]));
        waiting.AddControlInput(others[7]);
        Assert.Equal(100, waiting.ControlInputs.Count);
        Assert.Same(others[7], waiting.ControlInputs[^1]);
        Assert.All(others, n => Assert.Equal([waiting], n.ControlDependents));
    }
}
