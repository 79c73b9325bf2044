using Pare.Passes.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>Functions of a graph's library in the optimiser: called ones are put in, others go.</summary>
public sealed class FunctionTests
{
    [Fact]
    public void Optimize_Call_IsPutInAndFoldsOn()
    {
        TinyGraph g = new("kappa", 2, 3);
        ModelFunction function = Function("scale", "MatMul");
        g.Model.Functions.Add(function);
        g.Model.Functions.Add(Function("nobody_calls_this", "Sub"));
        Value call = g.Add("PartitionedCall", g.X, g.Const(Running.Random(1, 3, 4)));
        call.Producer!.Attributes["f"] = AttributeValue.Of(new FunctionReference("scale", new Dictionary<string, AttributeValue>()));
        call.Producer.Attributes["Tout"] = AttributeValue.Of([DataType.Float32]);
        Value end = g.Add("MatMul", call, g.Const(Running.Random(2, 4, 2)));
        g.End(end);
        Dictionary<string, TensorData> feeds = new() { ["x"] = Running.Random(3, 2, 3) };
        string output = g.Model.Graph.Outputs[0].Name;
        float[] before = Running.Run(g.Model, feeds, output);
        Running.Optimize(g.Model);
        Assert.Empty(g.Model.Functions);
        Assert.Equal(["MatMul"], g.Model.Graph.Nodes.Where(n => n.Operator is not ("Const" or "Placeholder")).Select(n => n.Operator));
        Assert.True(Running.Drift(before, Running.Run(g.Model, feeds, output)) < 1e-5);
        Assert.Empty(Running.Optimize(g.Model));
    }

    [Fact]
    public void Optimize_OutputIsACall_KeepsItsName()
    {
        TinyGraph g = new("lambda", 2, 3);
        g.Model.Functions.Add(Function("scale", "Mul"));
        Value call = g.Add("StatefulPartitionedCall", g.X, g.Vector(1, 3));
        call.Producer!.Attributes["f"] = AttributeValue.Of(new FunctionReference("scale", new Dictionary<string, AttributeValue>()));
        call.Producer.Attributes["Tout"] = AttributeValue.Of([DataType.Float32]);
        g.End(call);
        string output = g.Model.Graph.Outputs[0].Name;
        new InlineFunctionsPass().Run(g.Model, new PassContext());
        GraphVerifier.Verify(g.Model);
        Assert.Equal(output, g.Model.Graph.Outputs[0].Name);
        Assert.DoesNotContain(g.Model.Graph.Nodes, n => n.Operator.EndsWith("PartitionedCall", StringComparison.Ordinal));
    }

    private static ModelFunction Function(string name, string @operator)
    {
        Graph body = new(name);
        body.Inputs.Add(new Value("a", DataType.Float32));
        body.Inputs.Add(new Value("b", DataType.Float32));
        Node n = body.CreateNode("made", @operator, body.Inputs);
        n.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        body.Outputs.Add(n.Output);
        return new ModelFunction("", name, body);
    }
}
