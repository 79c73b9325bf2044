using CsCheck;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Measuring;

public sealed class ArenaPlannerTests
{
    [Fact]
    public void Plan_AChain_KeepsTwoTensorsAtATime()
    {
        Graph graph = new();
        Value x = Input(graph, 100);
        foreach (int size in (int[])[400, 200, 50])
        {
            x = Apply(graph, "CONV_2D", size, x);
        }

        graph.Outputs.Add(x);
        ArenaPlan plan = ArenaPlanner.Plan(graph, ArenaOptions.Micro);

        // 400 and 200 floats together are the most; all sizes are multiples of 16 bytes.
        Assert.Equal(2400, plan.Bytes);
        Assert.Equal(2400, plan.LiveBytes);
        Assert.Equal("n1", plan.PeakOperator);
        Assert.Equal(2400 + 400, ArenaPlanner.Plan(graph, ArenaOptions.Micro with { KeepsInputs = true }).Bytes);
    }

    [Fact]
    public void Plan_ASumInPlace_TakesOverItsInput()
    {
        Graph graph = new();
        Value x = Input(graph, 16);
        Value a = Apply(graph, "CONV_2D", 1000, x);
        Value b = Apply(graph, "CONV_2D", 1000, a);
        Value sum = Apply(graph, "ADD", 1000, a, b);
        graph.Outputs.Add(Apply(graph, "CONV_2D", 16, sum));
        Assert.Equal(12000 + 64, ArenaPlanner.Plan(graph, ArenaOptions.LiteRt with { WorksInPlace = false }).LiveBytes);

        // a is read twice, so that the sum may only write over b.
        ArenaPlan plan = ArenaPlanner.Plan(graph, ArenaOptions.LiteRt);
        Assert.Equal(8000 + 64, plan.LiveBytes);
        Assert.DoesNotContain(plan.Tensors, t => t.Name == sum.Name);
    }

    [Fact]
    public void Plan_ASumBehindAReshapeOfASharedTensor_WritesElsewhere()
    {
        Graph graph = new();
        Value x = Input(graph, 16);
        Value a = Apply(graph, "CONV_2D", 1000, x);
        Value reshaped = Apply(graph, "RESHAPE", 1000, Apply(graph, "RESHAPE", 1000, a));
        Value sum = Apply(graph, "ADD", 1000, reshaped, Apply(graph, "CONV_2D", 1000, x));
        graph.Outputs.Add(Apply(graph, "CONV_2D", 16, Apply(graph, "MUL", 1000, sum, a)));
        ArenaPlan plan = ArenaPlanner.Plan(graph);
        Assert.Contains(plan.Tensors, t => t.Name == a.Name);
        Assert.DoesNotContain(plan.Tensors, t => t.Name == reshaped.Name);
        ArenaTensor shared = plan.Tensors.Single(t => t.Name == a.Name);
        Assert.Equal(5, shared.Last);
    }

    [Fact]
    public void Plan_ADequantizedWeight_StaysToTheEnd()
    {
        Graph graph = new();
        Value x = Input(graph, 16);
        Value weight = graph.AddInitializer("w", DenseTensorData.Create<sbyte>(DataType.Int8, new sbyte[1600], new TensorShape(100, 16)));
        Value real = Apply(graph, "DEQUANTIZE", 1600, weight);
        Value y = Apply(graph, "FULLY_CONNECTED", 100, x, real);
        graph.Outputs.Add(Apply(graph, "CONV_2D", 2000, y));
        Assert.Equal(64 + 6400 + 8000 + 400, ArenaPlanner.Plan(graph, ArenaOptions.LiteRt).LiveBytes);
        Assert.Equal(64 + 8000 + 400, ArenaPlanner.Plan(graph, ArenaOptions.LiteRt with { KeepsDequantized = false }).LiveBytes);
    }

    [Fact]
    public void Plan_UnknownTensors_AreNamedAndOpenExtentsAreOne()
    {
        Graph graph = new();
        graph.Inputs.Add(new Value("x", DataType.Float32, new SymbolicShape(default, 8)));
        Node node = graph.CreateNode("n", "WHERE", [graph.Inputs[0]], outputs: 0);
        Value unknown = node.AddOutput("y");
        unknown.Type = DataType.Int64;
        graph.Outputs.Add(unknown);
        ArenaPlan plan = ArenaPlanner.Plan(graph);
        Assert.Equal(["y"], plan.Unsized);
        Assert.Equal(32, plan.Bytes);
        Assert.Equal(96, ArenaPlanner.Plan(graph, ArenaOptions.LiteRt with { OpenExtent = 3 }).Bytes);
        Assert.Equal(512, ArenaPlanner.Plan(graph, shapes: new Dictionary<Value, TensorShape> { [graph.Inputs[0]] = new(2, 8), [unknown] = new(56) }).Bytes);
    }

    [Fact]
    public void Plan_RandomGraphs_NeverOverlapsWhatIsAliveTogether() =>
        Gen.Select(Gen.Int[1, 300].Array[2, 12], Gen.Int[0, 1_000_000].Array[12], Gen.Bool).Sample((sizes, picks, inPlace) =>
        {
            Graph graph = new();
            List<Value> values = [Input(graph, sizes[0])];
            for (int i = 1; i < sizes.Length; i++)
            {
                values.Add(Apply(graph, picks[i] % 3 == 0 ? "ADD" : "CONV_2D", picks[i] % 2 == 0 ? sizes[i] : 64, values[picks[i] % values.Count], values[picks[i - 1] % values.Count]));
            }

            graph.Outputs.Add(values[^1]);
            ArenaPlan plan = ArenaPlanner.Plan(graph, ArenaOptions.LiteRt with { WorksInPlace = inPlace });
            for (int i = 0; i < plan.Tensors.Count; i++)
            {
                ArenaTensor a = plan.Tensors[i];
                Assert.Equal(0, a.Offset % 64);
                Assert.True(a.Offset + a.Bytes <= plan.Bytes);
                foreach (ArenaTensor b in plan.Tensors.Skip(i + 1))
                {
                    bool together = a.First <= b.Last && b.First <= a.Last;
                    Assert.False(together && a.Offset < b.Offset + b.Bytes && b.Offset < a.Offset + a.Bytes, $"{a} and {b}");
                }
            }

            Assert.True(plan.Bytes >= plan.LiveBytes);
        }, iter: 300);

    [Fact]
    public void Bytes_AnInt8Model_IsAQuarterOfTheFloatModels()
    {
        long real = ArenaPlanner.Bytes(Formats.ModelFile.Open(SharedFiles.InShared("models/mlperf-tiny/pretrainedResnet.tflite")).Model, ArenaOptions.Micro);
        long codes = ArenaPlanner.Bytes(Formats.ModelFile.Open(SharedFiles.InShared("models/mlperf-tiny/pretrainedResnet_quant.tflite")).Model, ArenaOptions.Micro);

        // Three pictures of 32x32x16: the block's input, its last convolution and their sum.
        Assert.Equal(3 * 32 * 32 * 16 * 4, real);
        Assert.Equal(real / 4, codes);
    }

    private static Value Input(Graph graph, int size)
    {
        Value x = new("x", DataType.Float32, new SymbolicShape(1, size));
        graph.Inputs.Add(x);
        return x;
    }

    private static Value Apply(Graph graph, string @operator, int size, params Value[] inputs)
    {
        Node node = graph.CreateNode($"n{graph.Nodes.Count}", @operator, inputs, outputs: 0);
        Value y = node.AddOutput($"v{graph.Nodes.Count}");
        (y.Type, y.Shape) = (DataType.Float32, new SymbolicShape(1, size));
        return y;
    }
}
