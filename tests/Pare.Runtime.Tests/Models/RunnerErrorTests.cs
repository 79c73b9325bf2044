using Xunit;

namespace Pare.Runtime.Tests.Models;

/// <summary>What the runner says about wrong requests, and inner values fed and fetched.</summary>
public class RunnerErrorTests
{
    [Fact]
    public void Load_UnknownFetch_SuggestsTheNearName()
    {
        UsageException e = Assert.Throws<UsageException>(() => new OnnxRuntimeRunner().Load(TensorFlowModel(), new SessionOptions { Fetches = ["final_reslt"] }));
        Assert.Equal("'final_reslt' is to be fetched, but the model has no such value; near names: 'final_result'", e.Message);
    }

    [Fact]
    public void Load_UnsupportedOperators_NamesAll()
    {
        Model model = TensorFlowModel();
        Node a = model.Graph.CreateNode("odd_a", "NoSuchOperator", [model.Graph.Inputs[0]]);
        Node b = model.Graph.CreateNode("odd_b", "NorThis", [model.Graph.Inputs[0]]);
        Node sum = model.Graph.CreateNode("sum", "AddV2", [a.Output, b.Output]);
        model.Graph.Outputs.Clear();
        model.Graph.Outputs.Add(sum.Output);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => new OnnxRuntimeRunner().Load(model));
        Assert.Equal(["odd_a", "odd_b"], e.Nodes.Select(n => n.Node));
    }

    [Fact]
    public void Run_WrongRank_NamesTheInput()
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(TensorFlowModel());
        UsageException e = Assert.Throws<UsageException>(() => session.Run([DenseTensorData.Create([1f, 2f], new TensorShape(2))]));
        Assert.Equal("input 'x:0' has 2 dimensions [1,2], but the tensor given has 1 [2]", e.Message);
    }

    [Fact]
    public void Run_WrongType_NamesTheInput()
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(TensorFlowModel());
        UsageException e = Assert.Throws<UsageException>(() => session.Run([DenseTensorData.Create([1L, 2L], new TensorShape(1, 2))]));
        Assert.Equal("input 'x:0' takes Float32, but the tensor given is Int64", e.Message);
    }

    [Fact]
    public void Load_InnerOnnxValueFed_CutsWhatLiesBefore()
    {
        Model model = OnnxModel();
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Feeds = ["hidden"], Fetches = ["y", "hidden"] });
        IReadOnlyList<TensorData> results = session.Run([DenseTensorData.Create([3f], new TensorShape(1))]);
        Assert.Equal([-3f], results[0].ToFloats());
        Assert.Equal([3f], results[1].ToFloats());
        Assert.Equal(2, model.Graph.Nodes.Count);
    }

    [Fact]
    public void Load_InnerOnnxValueFetched_GivesIt()
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(OnnxModel(), new SessionOptions { Fetches = ["hidden:0"] });
        Assert.Equal([2f], session.Run([DenseTensorData.Create([-2f], new TensorShape(1))])[0].ToFloats());
    }

    [Fact]
    public void Run_UnknownRankThatAnOperatorNeeds_IsTakenFromTheTensors()
    {
        Model model = new(Vocabularies.TensorFlow);
        Node x = model.Graph.CreateNode("x", "Placeholder");
        x.Attributes["dtype"] = AttributeValue.Of(DataType.Float32);
        Node y = model.Graph.CreateNode("y", "BatchMatMul", [x.Output, x.Output]);
        y.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        y.Attributes["adj_y"] = AttributeValue.Of(true);
        model.Graph.Inputs.Add(x.Output);
        model.Graph.Outputs.Add(y.Output);
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        Assert.Equal([5f], session.Run([DenseTensorData.Create([1f, 2f], new TensorShape(1, 2))])[0].ToFloats());
        Assert.Equal([5f, 25f], session.Run([DenseTensorData.Create([1f, 2f, 3f, 4f], new TensorShape(2, 1, 2))])[0].ToFloats());
    }

    private static Model TensorFlowModel()
    {
        Model model = new(Vocabularies.TensorFlow);
        Node x = model.Graph.CreateNode("x", "Placeholder");
        x.Attributes["dtype"] = AttributeValue.Of(DataType.Float32);
        x.Attributes["shape"] = AttributeValue.OfShape(new SymbolicShape(1, 2));
        Node y = model.Graph.CreateNode("final_result", "Relu", [x.Output]);
        model.Graph.Inputs.Add(x.Output);
        model.Graph.Outputs.Add(y.Output);
        return model;
    }

    private static Model OnnxModel()
    {
        Model model = new(Vocabularies.Onnx);
        model.OperatorSets[""] = 21;
        Value x = new("x", DataType.Float32, new SymbolicShape((Dimension)1));
        model.Graph.Inputs.Add(x);
        Node abs = model.Graph.CreateNode("abs", "Abs", [x], 0);
        Node neg = model.Graph.CreateNode("neg", "Neg", [abs.AddOutput("hidden")], 0);
        Value y = neg.AddOutput("y");
        y.Type = DataType.Float32;
        model.Graph.Outputs.Add(y);
        return model;
    }
}
