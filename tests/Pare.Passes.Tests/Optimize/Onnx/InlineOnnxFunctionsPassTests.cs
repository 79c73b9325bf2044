using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Optimize.Onnx.Tests;

/// <summary>Functions of ONNX models, whose outputs are compared before and after.</summary>
public sealed class InlineOnnxFunctionsPassTests
{
    [Fact]
    public void Run_FunctionCalledOnce_IsPutInWithTheCallsAttributesAndFoldedOn()
    {
        Model model = Start(out Value x);
        model.Functions.Add(Leaky("Leak"));
        Node call = model.Graph.CreateNode("call", "Leak", [x], domain: "local");
        call.Attributes["slope"] = AttributeValue.Of(0.25f);
        call.Output.Name = "y";
        Finish(model, call.Output);
        Model optimized = Optimized(model);
        Assert.Empty(optimized.Functions);

        // The identity within the body has gone, too.
        Assert.Equal(["LeakyRelu"], optimized.Graph.Nodes.Select(n => n.Operator));
        AssertEqual(model, optimized);
    }

    [Fact]
    public void Run_FunctionsCalledTwiceWithinEachOtherAndNever_OnlyWhatShrinksIsDone()
    {
        Model model = Start(out Value x);
        model.Functions.Add(Leaky("Twice"));
        model.Functions.Add(Leaky("Never"));
        ModelFunction outer = new("local", "Outer", new Graph());
        outer.OperatorSets[""] = 13;
        outer.OperatorSets["local"] = 1;
        Value a = new("a");
        outer.Body.Inputs.Add(a);
        Node inner = outer.Body.CreateNode("", "Twice", [a], domain: "local");
        inner.Attributes["slope"] = AttributeValue.Of(0.5f);
        inner.Output.Name = "b";

        outer.Body.Outputs.Add(inner.Output);
        model.Functions.Add(outer);
        Node call = model.Graph.CreateNode("call", "Outer", [x], domain: "local");
        Node second = model.Graph.CreateNode("", "Twice", [call.Output], domain: "local");
        second.Attributes["slope"] = AttributeValue.Of(0.125f);
        foreach ((Value v, string name) in new[] { (call.Output, "p"), (second.Output, "s") })
        {
            v.Name = name;
            Finish(model, v);
        }

        Model optimized = Optimized(model);
        Assert.Equal("Twice", Assert.Single(optimized.Functions).Name);
        Assert.Equal(2, optimized.Graph.Nodes.Count(n => n.Operator == "Twice"));
        Assert.DoesNotContain(optimized.Graph.Nodes, n => n.Operator == "Outer");
        AssertEqual(model, optimized);
    }

    [Fact]
    public void Run_OtherOperatorSetOrMissingAttribute_Stays()
    {
        Model model = Start(out Value x);
        ModelFunction older = Leaky("Older");
        older.OperatorSets[""] = 12;
        model.Functions.Add(older);
        model.Functions.Add(Leaky("Lacking"));
        Node first = model.Graph.CreateNode("", "Older", [x], domain: "local");
        first.Attributes["slope"] = AttributeValue.Of(0.25f);
        first.Output.Name = "m";
        Node last = model.Graph.CreateNode("", "Lacking", [first.Output], domain: "local");
        last.Output.Name = "y";
        Finish(model, last.Output);
        Assert.Empty(new InlineOnnxFunctionsPass().Run(model, new PassContext()));
        Assert.Equal(2, model.Functions.Count);
    }

    // Identity, then LeakyRelu whose alpha is the call's slope.
    private static ModelFunction Leaky(string name)
    {
        ModelFunction function = new("local", name, new Graph());
        function.OperatorSets[""] = 13;
        Value x = new("x");
        function.Body.Inputs.Add(x);
        Node identity = function.Body.CreateNode("n", "Identity", [x]);
        identity.Output.Name = "t";
        Node leak = function.Body.CreateNode("n2", "LeakyRelu", [identity.Output]);
        leak.Attributes["alpha"] = AttributeValue.Placeholder("slope");
        leak.Output.Name = "y";
        function.Body.Outputs.Add(leak.Output);
        return function;
    }

    private static Model Start(out Value x)
    {
        Model model = new(Vocabularies.Onnx);
        model.OperatorSets[""] = 13;
        model.OperatorSets["local"] = 1;
        x = new Value("x", DataType.Float32, new SymbolicShape(2, 3));
        model.Graph.Inputs.Add(x);
        return model;
    }

    private static void Finish(Model model, Value y)
    {
        (y.Type, y.Shape) = (DataType.Float32, new SymbolicShape(2, 3));
        model.Graph.Outputs.Add(y);
    }

    private static Model Optimized(Model model)
    {
        Model optimized = model.Clone();
        PassContext context = new() { Runner = new OnnxRuntimeRunner() };
        OptimizePipeline.Create(optimized, new OptimizeOptions()).Run(optimized, context);
        GraphVerifier.Verify(optimized);
        Assert.Equal(model.Graph.Outputs.Select(v => v.Name), optimized.Graph.Outputs.Select(v => v.Name));
        Assert.Empty(OptimizePipeline.Create(optimized, new OptimizeOptions()).Run(optimized, context));
        return optimized;
    }

    private static void AssertEqual(Model before, Model after)
    {
        TensorData x = DenseTensorData.Create([-3f, -1, -0.5f, 0, 2, 7], new TensorShape(2, 3));
        using IModelSession a = new OnnxRuntimeRunner().Load(before);
        using IModelSession b = new OnnxRuntimeRunner().Load(after);
        Assert.All(a.Run([x]).Zip(b.Run([x])), p => Assert.Equal(p.First.ToFloats(), p.Second.ToFloats()));
    }
}
