using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Quantize.Tests;

/// <summary>binary64 made binary32: types, constants and answers.</summary>
public class SinglePrecisionPassTests
{
    [Fact]
    public void Run_DoubleOnnxModel_ComputesInSingle()
    {
        Model model = new(Vocabularies.Onnx, new Graph("double"));
        model.OperatorSets[""] = 17;
        Value x = new("x", DataType.Float64, new SymbolicShape(new TensorShape(2)));
        model.Graph.Inputs.Add(x);
        Value w = model.Graph.AddInitializer("w", DenseTensorData.Create<double>(DataType.Float64, [0.1, 1e300], new TensorShape(2)));
        Node add = model.Graph.CreateNode("sum", "Add", [x, w]);
        Node cast = model.Graph.CreateNode("cast", "Cast", [add.Output]);
        cast.Attributes["to"] = AttributeValue.Of(DataType.Float64);
        (add.Output.Name, cast.Output.Name) = ("sum", "y");
        (add.Output.Type, cast.Output.Type, cast.Output.Shape) = (DataType.Float64, DataType.Float64, x.Shape);
        model.Graph.Outputs.Add(cast.Output);
        List<Diagnostic> diagnostics = [];
        new SinglePrecisionPass().Run(model, new PassContext { Diagnostics = diagnostics });
        GraphVerifier.Verify(model);
        Assert.Contains(diagnostics, d => d.Message.Contains("infinite", StringComparison.Ordinal));
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        TensorData y = Assert.Single(session.Run([DenseTensorData.Create([0.25f, 0f], new TensorShape(2))]));
        Assert.Equal(DataType.Float32, y.Type);
        Assert.Equal([0.25f + 0.1f, float.PositiveInfinity], y.ToFloats());
    }
}
