using Pare.Passes.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>Each rule on a small graph made here, run before and after.</summary>
public sealed class RuleTests
{
    private static readonly float[] s_taps = [1, 1, 1, 1];

    private static void Check(TinyGraph g, TensorData input, string expectedOperators, OptimizeOptions? options = null, double tolerance = 1e-5)
    {
        Dictionary<string, TensorData> feeds = new() { ["x"] = input };
        string output = g.Model.Graph.Outputs[0].Name;
        float[] before = Running.Run(g.Model, feeds, output);
        Running.Optimize(g.Model, options);
        Assert.Equal(output, g.Model.Graph.Outputs[0].Name);
        float[] after = Running.Run(g.Model, feeds, output);
        double drift = Running.Drift(before, after);
        Assert.True(drift < tolerance, $"drift {drift}");
        Assert.Equal(expectedOperators, string.Join(" ", g.Model.Graph.Nodes.Where(n => n.Operator is not ("Const" or "Placeholder")).Select(n => n.Operator)));
        Assert.Empty(Running.Optimize(g.Model, options));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void ElementaryBatchNorm_WithAndWithoutGammaAndBias_Folds(bool gamma, bool bias)
    {
        TinyGraph g = new("alpha", 1, 6, 6, 3);
        Value v = g.Conv(g.X, Running.Random(1, 3, 3, 3, 4), "SAME");
        if (bias)
        {
            v = g.Add("BiasAdd", v, g.Vector(2, 4));
        }

        v = g.ElementaryBatchNorm(v, 4, gamma, commuted: bias);
        g.End(g.Add("Relu", v));
        Check(g, Running.Random(9, 1, 6, 6, 3), "Conv2D BiasAdd Relu");
    }

    [Fact]
    public void ElementaryBatchNorm_AfterDepthwiseWithMultiplier_Folds()
    {
        TinyGraph g = new("beta", 1, 6, 6, 3);
        Value v = g.Add("DepthwiseConv2dNative", g.X, g.Const(Running.Random(1, 3, 3, 3, 2)));
        v.Producer!.Attributes["strides"] = AttributeValue.Of(1, 2, 2, 1);
        v.Producer.Attributes["padding"] = AttributeValue.Of("SAME");
        g.End(g.ElementaryBatchNorm(v, 6, true, true));
        Check(g, Running.Random(9, 1, 6, 6, 3), "DepthwiseConv2dNative BiasAdd");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ElementaryBatchNorm_AfterMatMul_Folds(bool transposed)
    {
        TinyGraph g = new("gamma", 2, 5);
        Value v = g.Add("MatMul", g.X, g.Const(transposed ? Running.Random(1, 4, 5) : Running.Random(1, 5, 4)));
        v.Producer!.Attributes["transpose_b"] = AttributeValue.Of(transposed);
        g.End(g.ElementaryBatchNorm(v, 4, true, false));
        Check(g, Running.Random(9, 2, 5), "MatMul BiasAdd");
    }

    [Theory]
    [InlineData("FusedBatchNorm")]
    [InlineData("FusedBatchNormV2")]
    [InlineData("FusedBatchNormV3")]
    public void FusedBatchNorm_AfterConvOrAlone_Goes(string op)
    {
        TinyGraph g = new("delta", 1, 6, 6, 3);
        Value v = g.FusedBatchNorm(op, g.X, 3);
        v = g.FusedBatchNorm(op, g.Conv(v, Running.Random(1, 3, 3, 3, 4), "VALID"), 4);
        g.End(g.Add("Relu6", v));
        Check(g, Running.Random(9, 1, 6, 6, 3), "Mul Add Conv2D BiasAdd Relu6");
    }

    [Fact]
    public void ScalesAndSums_InARow_BecomeOneBiasAdd()
    {
        TinyGraph g = new("eps", 1, 4, 4, 3);
        Value v = g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID");
        v = g.Add("Mul", g.Scalar(0.17f), v);
        v = g.Add("Sub", g.Vector(3, 4), v);
        v = g.Add("RealDiv", v, g.Scalar(3));
        v = g.Add("Add", v, g.Const(Running.Random(4, 1, 1, 1, 4)));
        g.End(v);
        Check(g, Running.Random(9, 1, 4, 4, 3), "Conv2D BiasAdd");
    }

    [Fact]
    public void OnlyScale_AtTheOutput_ConvolutionTakesTheName()
    {
        TinyGraph g = new("zeta", 1, 4, 4, 3);
        g.End(g.Add("Mul", g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID"), g.Vector(3, 4)));
        Check(g, Running.Random(9, 1, 4, 4, 3), "Conv2D");
    }

    [Fact]
    public void OperandThatEnlarges_StaysApart()
    {
        TinyGraph g = new("eta", 1, 1, 1, 3);
        g.End(g.Add("Mul", g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID"), g.Const(Running.Random(2, 1, 2, 2, 4))));
        Check(g, Running.Random(9, 1, 1, 1, 3), "Conv2D Mul");
    }

    [Fact]
    public void SharedWeight_ScaledDifferently_SmallOneIsDuplicated()
    {
        TinyGraph g = new("theta", 1, 4, 4, 3);
        Value w = g.Const(Running.Random(1, 1, 1, 3, 4));
        Value a = g.Add("Mul", g.Conv(g.X, w, "VALID"), g.Vector(3, 4));
        Value b = g.Add("Mul", g.Conv(g.Add("Relu", g.X), w, "VALID"), g.Vector(4, 4));
        g.End(g.Add("AddV2", a, b));
        Check(g, Running.Random(9, 1, 4, 4, 3), "Conv2D Relu Conv2D AddV2");
    }

    [Fact]
    public void SeveralConsumers_BatchNormIsNotFolded()
    {
        TinyGraph g = new("iota", 1, 4, 4, 3);
        Value c = g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID");
        g.End(g.Add("AddV2", g.Add("Mul", c, g.Vector(3, 4)), c));
        Check(g, Running.Random(9, 1, 4, 4, 3), "Conv2D Mul AddV2");
    }

    [Fact]
    public void LinearChain_ThroughPoolBiasAndReshape_Merges()
    {
        TinyGraph g = new("kappa", 1, 4, 4, 6);
        Value v = g.Add("BiasAdd", g.Conv(g.X, Running.Random(1, 1, 1, 6, 40), "SAME"), g.Vector(2, 40));
        v = g.Add("AvgPool", v);
        v.Producer!.Attributes["ksize"] = AttributeValue.Of(1, 4, 4, 1);
        v.Producer.Attributes["strides"] = AttributeValue.Of(1, 1, 1, 1);
        v.Producer.Attributes["padding"] = AttributeValue.Of("VALID");
        v = g.Add("Squeeze", v);
        v.Producer!.Attributes["squeeze_dims"] = AttributeValue.Of(1, 2);
        v = g.Add("Reshape", v, g.Const(DenseTensorData.Create([-1, 40], new TensorShape(2))));
        v = g.Add("AddV2", g.Add("MatMul", v, g.Const(Running.Random(3, 40, 3))), g.Vector(4, 3));
        g.End(v);
        Check(g, Running.Random(9, 1, 4, 4, 6), "AvgPool Reshape MatMul BiasAdd");
    }

    [Fact]
    public void LinearPair_ThatWouldGrow_Stays()
    {
        TinyGraph g = new("lambda", 2, 20);
        Value v = g.Add("MatMul", g.X, g.Const(Running.Random(1, 20, 2)));
        g.End(g.Add("MatMul", v, g.Const(Running.Random(2, 2, 20))));
        Check(g, Running.Random(9, 2, 20), "MatMul MatMul");
    }

    [Fact]
    public void LinearPair_PointwiseThenValidConvolution_MergesWithBias()
    {
        TinyGraph g = new("mu", 1, 5, 5, 2);
        Value v = g.Add("BiasAdd", g.Conv(g.X, Running.Random(1, 1, 1, 2, 9), "VALID"), g.Vector(2, 9));
        g.End(g.Add("Relu", g.Conv(v, Running.Random(3, 3, 3, 9, 3), "VALID")));
        Check(g, Running.Random(9, 1, 5, 5, 2), "Conv2D BiasAdd Relu");
    }

    [Fact]
    public void NoOps_AndDuplicates_Go()
    {
        TinyGraph g = new("nu", 1, 4, 6);
        int[] perm = [0, 2, 1];
        Value v = g.Add("Transpose", g.X, g.Const(DenseTensorData.Create(perm, new TensorShape(3))));
        v = g.Add("Transpose", v, g.Const(DenseTensorData.Create(perm, new TensorShape(3))));
        v = g.Add("Mul", g.Add("AddV2", v, g.Scalar(0)), g.Scalar(1));
        v = g.Add("Pad", v, g.Const(DenseTensorData.Create(new int[6], new TensorShape(3, 2))));
        v = g.Add("Relu", g.Add("Relu", v));
        Value a = g.Add("Sqrt", v);
        Value b = g.Add("Sqrt", v);
        g.End(g.Add("AddV2", a, g.Add("Identity", b)));
        Check(g, Running.Random(9, 1, 4, 6), "Relu Sqrt AddV2");
    }

    [Fact]
    public void ConstantExpressions_AreComputed_LargeTablesAreNot()
    {
        TinyGraph g = new("xi", 4);
        Value small = g.Add("Exp", g.Add("Add", g.Vector(1, 4), g.Scalar(1)));
        Value table = g.Add("Fill", g.Const(DenseTensorData.Create([20_000, 4], new TensorShape(2))), g.Scalar(2));
        Value v = g.Add("Mul", g.Add("AddV2", g.X, small), table);
        g.End(v);
        Check(g, Running.Random(9, 4), "Fill AddV2 Mul");
    }

    [Theory]
    [InlineData("true", "Conv2D Relu")]
    [InlineData("false", "Conv2D Sigmoid")]
    public void Freeze_Branches_OneSideStays(string value, string expected)
    {
        TinyGraph g = new("omicron", 1, 4, 4, 3);
        Node training = g.Model.Graph.CreateNode("training", "Placeholder");
        training.Attributes["dtype"] = AttributeValue.Of(DataType.Boolean);
        training.Output.Type = DataType.Boolean;
        g.Model.Graph.Inputs.Add(training.Output);
        Value c = g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID");
        Value s = g.Add("Switch", c, training.Output);
        Value on = s.Producer!.GetOrAddOutput(1);
        Value merge = g.Add("Merge", g.Add("Sigmoid", s), g.Add("Relu", on));
        merge.Producer!.Attributes["N"] = AttributeValue.Of(2L);
        merge.Producer.GetOrAddOutput(1);
        g.End(merge);
        string output = g.Model.Graph.Outputs[0].Name;
        Running.Optimize(g.Model, new OptimizeOptions { Freeze = new Dictionary<string, string> { ["training"] = value } });
        Assert.Equal(output, g.Model.Graph.Outputs[0].Name);
        Assert.Equal(expected, string.Join(" ", g.Model.Graph.Nodes.Where(n => n.Operator is not ("Const" or "Placeholder")).Select(n => n.Operator)));
    }

    [Fact]
    public void Dropout_KeepingAll_AndComputedReshape_Go()
    {
        TinyGraph g = new("rho", 2, 3, 4);
        Node keep = g.Model.Graph.CreateNode("keep", "Placeholder");
        keep.Attributes["dtype"] = AttributeValue.Of(DataType.Float32);
        keep.Output.Type = DataType.Float32;
        g.Model.Graph.Inputs.Add(keep.Output);
        Value random = g.Add("RandomUniform", g.Add("Shape", g.X));
        Value mask = g.Add("Floor", g.Add("Add", keep.Output, g.Add("Add", g.Add("Mul", random, g.Scalar(1)), g.Scalar(0))));
        Value v = g.Add("Mul", g.Add("RealDiv", g.X, keep.Output), mask);
        Value one = g.Const(DenseTensorData.Create([1], new TensorShape(1)));
        Value size = g.Add("StridedSlice", g.Add("Shape", v), g.Const(DenseTensorData.Create([0], new TensorShape(1))), one, one);
        size.Producer!.Attributes["shrink_axis_mask"] = AttributeValue.Of(1L);
        size.Producer.Attributes["T"] = AttributeValue.Of(DataType.Int32);
        Value target = g.Add("Pack", size, g.Const(DenseTensorData.Create([12], TensorShape.Scalar)));
        target.Producer!.Attributes["T"] = AttributeValue.Of(DataType.Int32);
        g.End(g.Add("Relu", g.Add("Reshape", v, target)));
        Running.Optimize(g.Model, new OptimizeOptions { Freeze = new Dictionary<string, string> { ["keep"] = "1" } });
        Assert.Equal("Reshape Relu", string.Join(" ", g.Model.Graph.Nodes.Where(n => n.Operator is not ("Const" or "Placeholder")).Select(n => n.Operator)));
        Assert.Equal([2L, 12], Shape(g, Running.Random(9, 2, 3, 4)));
    }

    [Theory]
    [InlineData("NHWC")]
    [InlineData("NCHW")]
    public void BatchNorm_ByLayout_IsFoldedAlongItsChannels(string layout)
    {
        bool first = layout == "NCHW";
        TinyGraph g = first ? new("sigma", 1, 3, 4, 4) : new("sigma", 1, 4, 4, 3);
        Value v = g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID");
        v.Producer!.Attributes["data_format"] = AttributeValue.Of(layout);
        v = g.Add("Mul", v, g.Const(first ? Running.Random(2, 4, 1, 1) : Running.Random(2, 4)));
        v = g.FusedBatchNorm("FusedBatchNormV3", v, 4);
        v.Producer!.Attributes["data_format"] = AttributeValue.Of(layout);
        g.End(v);
        Check(g, first ? Running.Random(9, 1, 3, 4, 4) : Running.Random(9, 1, 4, 4, 3), "Conv2D BiasAdd");
        Assert.Equal(layout, g.Model.Graph.Outputs[0].Producer!.Attributes.GetString("data_format"));
    }

    [Fact]
    public void DeadChannel_VarianceNearZero_FoldsWithinTolerance()
    {
        TinyGraph g = new("tau", 1, 4, 4, 3);
        Value variance = g.Const(DenseTensorData.Create([4e-35f, 1f, 4e-35f, 2f], new TensorShape(4)));
        Value factor = g.Add("Rsqrt", g.Add("Add", variance, g.Scalar(0.001f)));
        Value v = g.Conv(g.X, Running.Random(1, 1, 1, 3, 4), "VALID");
        g.End(g.Add("Add", g.Add("Mul", v, factor), g.Add("Sub", g.Vector(3, 4), g.Add("Mul", g.Vector(4, 4), factor))));
        Check(g, Running.Random(9, 1, 4, 4, 3), "Conv2D BiasAdd");
    }

    [Fact]
    public void ControlEdges_OfTrainingAreDropped_StripUnusedRemovesWhatHungOnThem()
    {
        TinyGraph g = new("phi", 4);
        Node update = g.Add("Sub", g.Vector(1, 4), g.Vector(2, 4)).Producer!;
        Node check = g.Model.Graph.CreateNode("check", "Assert", outputs: 0);
        Node group = g.Model.Graph.CreateNode("group", "NoOp", outputs: 0);
        group.AddControlInput(update);
        group.AddControlInput(check);
        Value v = g.Add("Identity", g.Add("Relu", g.X));
        v.Producer!.AddControlInput(group);
        g.End(g.Add("Exp", v));
        Running.Optimize(g.Model);
        Assert.Equal(["Placeholder", "Relu", "Exp"], g.Model.Graph.Nodes.Select(n => n.Operator));
    }

    private static long[] Shape(TinyGraph g, TensorData input)
    {
        using IModelSession session = new Pare.Runtime.OnnxRuntimeRunner().Load(g.Model);
        return session.Run([input])[0].Shape.ToArray();
    }

    [Fact]
    public void StripUnused_UnknownName_SuggestsNearOnes()
    {
        TinyGraph g = new("pi", 4);
        g.End(g.Add("Relu", g.X));
        Assert.Contains("did you mean 'pi/", Assert.Throws<UsageException>(() => new StripUnusedPass(outputs: ["pi/n00"]).Run(g.Model, Running.Context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparsifyGather_MostlyZeroTable_GathersTheSameRows()
    {
        Model model = new(Vocabularies.TensorFlow);
        Node ids = model.Graph.CreateNode("ids", "Placeholder");
        ids.Attributes["dtype"] = AttributeValue.Of(DataType.Int32);
        ids.Output.Type = DataType.Int32;
        model.Graph.Inputs.Add(ids.Output);
        float[] table = new float[50 * 8];
        s_taps.CopyTo(table, 16);
        s_taps.CopyTo(table, 399 - 4);
        Node rows = model.Graph.CreateNode("rows", "Const");
        rows.Attributes["dtype"] = AttributeValue.Of(DataType.Float32);
        GraphEditing.SetConstant(rows.Output, DenseTensorData.Create(table, new TensorShape(50, 8)));
        Node gather = model.Graph.CreateNode("pick", "Gather", [rows.Output, ids.Output]);
        gather.Attributes["Tparams"] = AttributeValue.Of(DataType.Float32);
        gather.Attributes["Tindices"] = AttributeValue.Of(DataType.Int32);
        model.Graph.Outputs.Add(gather.Output);
        Dictionary<string, TensorData> feeds = new() { ["ids"] = DenseTensorData.Create([0, 2, 49, 3], new TensorShape(4)) };
        float[] before = Running.Run(model, feeds, "pick:0");
        Assert.NotEmpty(new SparsifyGatherPass().Run(model, Running.Context));
        GraphVerifier.Verify(model);
        Assert.Equal(before, Running.Run(model, feeds, "pick:0"));
    }
}
