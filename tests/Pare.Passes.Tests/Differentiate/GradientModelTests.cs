using Pare.Passes.Differentiation;
using Pare.Passes.Tests.Optimize;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Tests.Differentiate;

/// <summary>Gradients against differences of outputs.</summary>
public sealed class GradientModelTests
{
    private static AttributeValue Ints(params long[] values) => AttributeValue.Of([.. values]);

    private static OnnxChain Make(string name)
    {
        switch (name)
        {
            case "conv":
                OnnxChain c = new(17, 1, 3, 7, 6);
                c.Then("Conv", [c.Constant(1, 4, 3, 3, 2), c.Constant(2, 4)], ("strides", Ints(2, 1)), ("pads", Ints(1, 0, 2, 1)));
                return c.Then("Conv", [c.Constant(3, 4, 1, 3, 3)], ("group", AttributeValue.Of(4L)), ("auto_pad", AttributeValue.Of("SAME_UPPER")), ("strides", Ints(2, 2)));
            case "conv dilated":
                OnnxChain d = new(17, 1, 2, 9, 9);
                return d.Then("Conv", [d.Constant(1, 2, 2, 3, 3)], ("dilations", Ints(2, 2)), ("strides", Ints(3, 3)));
            case "pools":
                OnnxChain p = new(17, 1, 2, 9, 8);
                p.Then("AveragePool", null, ("kernel_shape", Ints(3, 2)), ("strides", Ints(2, 1)), ("pads", Ints(1, 1, 1, 0)));
                p.Then("MaxPool", null, ("kernel_shape", Ints(2, 3)), ("strides", Ints(1, 2)));
                return p.Then("GlobalAveragePool").Then("Flatten");
            case "old pools":
                OnnxChain old = new(13, 1, 2, 9, 8);
                old.Then("MaxPool", null, ("kernel_shape", Ints(3, 2)), ("strides", Ints(2, 1)), ("pads", Ints(1, 0, 1, 1)));
                old.Then("Add", [old.Constant(3, 2, 5, 8)]);
                return old.Then("MaxPool", null, ("kernel_shape", Ints(2, 3)), ("strides", Ints(2, 2)), ("ceil_mode", AttributeValue.Of(1L)));
            case "dense":
                OnnxChain g = new(13, 1, 5);
                g.Then("Gemm", [g.Constant(1, 6, 5), g.Constant(2, 6)], ("transB", AttributeValue.Of(1L)), ("alpha", AttributeValue.Of(0.5f)));
                g.Then("Relu").Then("MatMul", [g.Constant(3, 6, 4)]);
                return g.Then("Add", [g.Constant(4, 4)]).Then("Softmax", null, ("axis", AttributeValue.Of(-1L)));
            case "attention":
                OnnxChain a = new(17, 1, 4, 6);
                Value x = a.Last;
                Value query = a.Then("MatMul", [a.Constant(1, 6, 6)]).Last;
                Value key = a.Add("Transpose", [x], ("perm", Ints(0, 2, 1))).Last;
                a.Add("MatMul", [query, key]).Then("Softmax", null, ("axis", AttributeValue.Of(-1L))).Then("MatMul", [x]);
                a.Then("LayerNormalization", [a.Constant(2, 6), a.Constant(3, 6)], ("axis", AttributeValue.Of(-1L)));
                return a.Then("Reshape", [a.Integers(1, 24)]).Then("Erf").Then("ReduceMean", null, ("axes", Ints(1)), ("keepdims", AttributeValue.Of(0L)));
            case "elementwise":
                OnnxChain e = new(17, 2, 3, 4);
                Value first = e.Last;
                e.Then("Mul", [e.Constant(1, 3, 1)]).Then("Tanh").Then("Sub", [e.Constant(2, 4)]).Then("HardSwish").Then("Sigmoid");
                e.Add("Div", [first, e.Last]).Then("Exp").Then("Sqrt").Then("Clip", [e.Model.Graph.AddInitializer("low", Scalar(0.2f)), e.Model.Graph.AddInitializer("high", Scalar(5f))]);
                return e.Then("LeakyRelu").Then("Pow", [e.Model.Graph.AddInitializer("two", Scalar(2))]).Then("Neg");
            case "movement":
                OnnxChain m = new(17, 1, 4, 6);
                Value whole = m.Last;
                Value part = m.Then("Slice", [m.Integers(1), m.Integers(3), m.Integers(1)]).Last;
                Value padded = m.Add("Pad", [part, m.Integers(0, 1, 0, 0, 1, 0)]).Last;
                m.Add("Concat", [whole, padded, part], ("axis", AttributeValue.Of(1L))).Then("Transpose", null, ("perm", Ints(2, 0, 1)));
                return m.Then("Unsqueeze", [m.Integers(1)]).Then("ReduceSum", [m.Integers(0, 2)], ("keepdims", AttributeValue.Of(1L)));
            default:
                throw new ArgumentException(name);
        }
    }

    private static DenseTensorData Scalar(float value) => DenseTensorData.Create([value], TensorShape.Scalar);

    [Theory]
    [InlineData("conv")]
    [InlineData("conv dilated")]
    [InlineData("pools")]
    [InlineData("old pools")]
    [InlineData("dense")]
    [InlineData("attention")]
    [InlineData("elementwise")]
    [InlineData("movement")]
    public void Create_ByTheInput_IsTheSlopeOfTheOutput(string name)
    {
        OnnxChain chain = Make(name);
        Model model = chain.End();
        TensorData x = Running.Random(11, chain.Model.Graph.Inputs[0].Shape!.ToStatic()!.ToArray());
        Dictionary<string, TensorShape> shapes = Shapes(model, x);
        TensorData seed = Running.Random(12, shapes[chain.Last.Name].ToArray());

        (Model gradients, IReadOnlyList<string?> names) = GradientModel.Create(model, shapes, chain.Last.Name, ["x"]);
        using IModelSession backward = new OnnxRuntimeRunner().Load(gradients);
        float[] gradient = backward.Run([.. backward.Inputs.Select(i => i.Name == GradientModel.SeedName ? seed : x)])[0].ToFloats();
        Assert.NotNull(names[0]);

        using IModelSession forward = new OnnxRuntimeRunner().Load(model);
        float[] at = x.ToFloats();
        float[] direction = Running.Random(13, x.Shape.ToArray()).ToFloats();
        const float Step = 1e-3f;
        double slope = (Along(Step) - Along(-Step)) / (2 * Step);
        double expected = gradient.Zip(direction, (g, v) => (double)g * v).Sum();
        Assert.True(Math.Abs(slope - expected) <= 0.02 * Math.Max(1e-2, Math.Abs(expected)), $"{name}: slope {slope}, gradient {expected}");

        double Along(float step)
        {
            float[] moved = [.. at.Zip(direction, (a, v) => a + (step * v))];
            float[] y = forward.Run([DenseTensorData.Create(moved, x.Shape)])[0].ToFloats();
            return y.Zip(seed.ToFloats(), (a, b) => (double)a * b).Sum();
        }
    }

    [Fact]
    public void Create_UnknownOperator_NamesTheNode()
    {
        OnnxChain chain = new(17, 1, 4);
        chain.Then("CumSum", [chain.Model.Graph.AddInitializer("axis", DenseTensorData.Create(new[] { 1L }, TensorShape.Scalar))]);
        Model model = chain.End();
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(
            () => GradientModel.Create(model, Shapes(model, Running.Random(1, 1, 4)), chain.Last.Name, ["x"]));
        Assert.Equal("CumSum", Assert.Single(e.Nodes).Operator);
    }

    private static Dictionary<string, TensorShape> Shapes(Model model, TensorData x)
    {
        string[] names = [.. model.Graph.Nodes.SelectMany(n => n.Outputs).Select(v => v.Name)];
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Fetches = names });
        IReadOnlyList<TensorData> values = session.Run([x]);
        Dictionary<string, TensorShape> shapes = names.Zip(values).ToDictionary(p => p.First, p => p.Second.Shape);
        shapes["x"] = x.Shape;
        return shapes;
    }
}
