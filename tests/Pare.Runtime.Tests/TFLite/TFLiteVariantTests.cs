using Pare.Formats;
using Pare.Formats.TFLite;
using Pare.Runtime.Tests.Keras;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Variants of operators that no recorded file has: models that the test writes, run in process and in LiteRT's own runtime.</summary>
public class TFLiteVariantTests
{
    private const int Inputs = 3;
    private const int Cells = 4;
    private const int Steps = 5;

    /// <summary>What an LSTM has beside: peepholes, a projection, layer normalization, a coupled input gate, time first, clipping.</summary>
    public static TheoryData<bool, bool, bool, bool, bool, float> Lstms { get; } = new()
    {
        { false, false, false, false, false, 0 },
        { true, false, false, false, false, 0 },
        { false, true, false, false, true, 0 },
        { false, false, true, false, false, 0 },
        { true, true, true, false, false, 0.3f },
        { true, false, false, true, false, 0 },
        { true, true, true, true, true, 0 },
    };

    [Theory]
    [MemberData(nameof(Lstms))]
    public void SequenceLstm_Variants_AgreeWithLiteRt(bool peephole, bool projection, bool norm, bool coupled, bool timeMajor, float clip)
    {
        TFLiteNet net = new();
        int outputs = projection ? 2 : Cells;
        int[] shape = timeMajor ? [Steps, 2, Inputs] : [2, Steps, Inputs];
        Value?[] inputs = new Value?[24];
        inputs[0] = net.Input(DataType.Float32, shape);
        for (int gate = coupled ? 1 : 0; gate < 4; gate++)
        {
            inputs[1 + gate] = Weights(net, 10 + gate, Cells, Inputs);
            inputs[5 + gate] = Weights(net, 20 + gate, Cells, outputs);
            inputs[12 + gate] = Weights(net, 40 + gate, Cells);
            inputs[20 + gate] = norm ? Weights(net, 50 + gate, Cells) : null;
            if (peephole && gate != 2)
            {
                inputs[9 + (gate == 3 ? 2 : gate)] = Weights(net, 30 + gate, Cells);
            }
        }

        inputs[16] = projection ? Weights(net, 60, outputs, Cells) : null;
        inputs[17] = projection ? Weights(net, 61, outputs) : null;
        inputs[18] = net.State(2, outputs);
        inputs[19] = net.State(2, Cells);
        net.Node(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            norm ? inputs : inputs[..20],
            [(DataType.Float32, [shape[0], shape[1], outputs])],
            null,
            ("fused_activation_function", AttributeValue.Of("TANH")),
            ("cell_clip", AttributeValue.Of(clip)),
            ("proj_clip", AttributeValue.Of(projection ? clip : 0)),
            ("time_major", AttributeValue.Of(timeMajor)));
        Agree(net, Nd.Random(1, shape).ToTensor());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void BidirectionalLstm_BothMerges_AgreeWithLiteRt(bool merge, bool timeMajor)
    {
        // With the batch first, the interpreter reads states it never set for every example but the first (its answers change with what memory held before).
        int batch = timeMajor ? 2 : 1;
        TFLiteNet net = BidirectionalLstm(merge, timeMajor, batch);
        Agree(net, Nd.Random(2, timeMajor ? [Steps, batch, Inputs] : [batch, Steps, Inputs]).ToTensor());
    }

    [Fact]
    public void BidirectionalLstm_BatchFirst_GivesEachExampleItsOwnStates()
    {
        TensorData both = Nd.Random(2, 2, Steps, Inputs).ToTensor();
        float[] together = Run(2, both);
        ReadOnlyMemory<byte> bytes = both.GetBytes().ToArray();
        for (int example = 0; example < 2; example++)
        {
            float[] alone = Run(1, new DenseTensorData(DataType.Float32, new TensorShape(1, Steps, Inputs), bytes.Slice(example * bytes.Length / 2, bytes.Length / 2)));
            for (int i = 0; i < alone.Length; i++)
            {
                Assert.Equal(alone[i], together[(example * alone.Length) + i], 1e-6f);
            }
        }

        static float[] Run(int batch, TensorData input)
        {
            using IModelSession session = new OnnxRuntimeRunner().Load(BidirectionalLstm(merge: true, timeMajor: false, batch).Model);
            return session.Run([input])[0].ToFloats();
        }
    }

    private static TFLiteNet BidirectionalLstm(bool merge, bool timeMajor, int batch)
    {
        TFLiteNet net = new();
        int[] shape = timeMajor ? [Steps, batch, Inputs] : [batch, Steps, Inputs];
        Value?[] inputs = new Value?[48];
        inputs[0] = net.Input(DataType.Float32, shape);
        foreach (int first in new[] { 1, 18 })
        {
            for (int gate = 0; gate < 4; gate++)
            {
                inputs[first + gate] = Weights(net, (first * 10) + gate, Cells, Inputs);
                inputs[first + 4 + gate] = Weights(net, (first * 10) + 4 + gate, Cells, Cells);
                inputs[first + 11 + gate] = Weights(net, (first * 10) + 11 + gate, Cells);
            }
        }

        for (int i = 35; i < 39; i++)
        {
            inputs[i] = net.State(batch, Cells);
        }

        int[] result = [shape[0], shape[1], Cells];
        net.Node(
            "BIDIRECTIONAL_SEQUENCE_LSTM",
            inputs,
            merge ? [(DataType.Float32, [shape[0], shape[1], 2 * Cells])] : [(DataType.Float32, result), (DataType.Float32, result)],
            null,
            ("fused_activation_function", AttributeValue.Of("TANH")),
            ("merge_outputs", AttributeValue.Of(merge)),
            ("time_major", AttributeValue.Of(timeMajor)));
        return net;
    }

    [Theory]
    [InlineData("TANH", false)]
    [InlineData("RELU", true)]
    public void SequenceRnn_Activations_AgreeWithLiteRt(string activation, bool timeMajor)
    {
        TFLiteNet net = new();
        int[] shape = timeMajor ? [Steps, 2, Inputs] : [2, Steps, Inputs];
        net.Node(
            "UNIDIRECTIONAL_SEQUENCE_RNN",
            [net.Input(DataType.Float32, shape), Weights(net, 1, Cells, Inputs), Weights(net, 2, Cells, Cells), Weights(net, 3, Cells), net.State(2, Cells)],
            [(DataType.Float32, [shape[0], shape[1], Cells])],
            null,
            ("fused_activation_function", AttributeValue.Of(activation)),
            ("time_major", AttributeValue.Of(timeMajor)));
        Agree(net, Nd.Random(3, shape).ToTensor());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BidirectionalRnn_BothMerges_AgreeWithLiteRt(bool merge)
    {
        TFLiteNet net = new();
        Value?[] inputs =
        [
            net.Input(DataType.Float32, 2, Steps, Inputs), Weights(net, 1, Cells, Inputs), Weights(net, 2, Cells, Cells), Weights(net, 3, Cells), net.State(2, Cells), Weights(net, 4, Cells, Inputs), Weights(net, 5, Cells, Cells),
            Weights(net, 6, Cells), net.State(2, Cells), null, null, null,
        ];
        int[] result = [2, Steps, Cells];
        net.Node(
            "BIDIRECTIONAL_SEQUENCE_RNN",
            inputs,
            merge ? [(DataType.Float32, [2, Steps, 2 * Cells])] : [(DataType.Float32, result), (DataType.Float32, result)],
            null,
            ("fused_activation_function", AttributeValue.Of("TANH")),
            ("merge_outputs", AttributeValue.Of(merge)));
        Agree(net, Nd.Random(4, 2, Steps, Inputs).ToTensor());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Svdf_Ranks_AgreeWithLiteRt(int rank)
    {
        TFLiteNet net = new();
        const int Units = 3;
        const int Memory = 4;
        net.Node(
            "SVDF",
            [net.Input(DataType.Float32, 2, Inputs), Weights(net, 1, Units * rank, Inputs), Weights(net, 2, Units * rank, Memory), Weights(net, 3, Units), net.State(2, Units * rank * Memory)],
            [(DataType.Float32, [2, Units])],
            null,
            ("rank", AttributeValue.Of((long)rank)),
            ("fused_activation_function", AttributeValue.Of("RELU")));
        Agree(net, Nd.Random(5, 2, Inputs).ToTensor());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void BatchMatMul_Adjoints_AgreeWithLiteRt(bool first, bool second)
    {
        TFLiteNet net = new();
        int[] x = first ? [2, 3, 5, 4] : [2, 3, 4, 5];
        int[] y = second ? [2, 3, 6, 5] : [2, 3, 5, 6];
        net.Node("BATCH_MATMUL", [net.Input(DataType.Float32, x), net.Input(DataType.Float32, y)], [(DataType.Float32, [2, 3, 4, 6])], null, ("adj_x", AttributeValue.Of(first)), ("adj_y", AttributeValue.Of(second)));
        Agree(net, Nd.Random(6, x).ToTensor(), Nd.Random(7, y).ToTensor());
    }

    [Theory]
    [InlineData("RESIZE_BILINEAR", false, true)]
    [InlineData("RESIZE_BILINEAR", true, false)]
    [InlineData("RESIZE_BILINEAR", false, false)]
    [InlineData("RESIZE_NEAREST_NEIGHBOR", false, true)]
    [InlineData("RESIZE_NEAREST_NEIGHBOR", true, false)]
    [InlineData("RESIZE_NEAREST_NEIGHBOR", false, false)]
    public void Resize_Alignments_AgreeWithLiteRt(string @operator, bool corners, bool half)
    {
        foreach ((int height, int width) in new[] { (7, 5), (2, 9), (8, 3) })
        {
            TFLiteNet net = new();
            net.Node(
                @operator,
                [net.Input(DataType.Float32, 1, 4, 6, 2), net.Constant(DenseTensorData.Create([height, width], new TensorShape(2)))],
                [(DataType.Float32, [1, height, width, 2])],
                null,
                ("align_corners", AttributeValue.Of(corners)),
                ("half_pixel_centers", AttributeValue.Of(half)));
            Agree(net, Nd.Random(8, 1, 4, 6, 2).ToTensor());
        }
    }

    [Theory]
    [InlineData("SAME", 2, 1, "NONE", 9, 7)]
    [InlineData("SAME", 2, 2, "RELU", 9, 14)]
    [InlineData("VALID", 3, 2, "RELU6", 15, 15)]
    [InlineData("VALID", 1, 1, "NONE", 7, 9)]
    public void TransposeConv_Geometries_AgreeWithLiteRt(string padding, int strideHeight, int strideWidth, string activation, int height, int width)
    {
        TFLiteNet net = new();
        net.Node(
            "TRANSPOSE_CONV",
            [net.Constant(DenseTensorData.Create([1, height, width, 2], new TensorShape(4))), Weights(net, 1, 2, 3, 3, 4), net.Input(DataType.Float32, 1, 5, 7, 4), Weights(net, 2, 2)],
            [(DataType.Float32, [1, height, width, 2])],
            null,
            ("padding", AttributeValue.Of(padding)),
            ("stride_h", AttributeValue.Of((long)strideHeight)),
            ("stride_w", AttributeValue.Of((long)strideWidth)),
            ("fused_activation_function", AttributeValue.Of(activation)));
        Agree(net, Nd.Random(9, 1, 5, 7, 4).ToTensor());
    }

    [Theory]
    [InlineData("DEPTH_TO_SPACE", 2)]
    [InlineData("SPACE_TO_DEPTH", 3)]
    public void Blocks_Sizes_AgreeWithLiteRt(string @operator, int size)
    {
        TFLiteNet net = new();
        int[] shape = [1, 6, 3, 8];
        int[] result = size == 2 ? [1, 12, 6, 2] : [1, 2, 1, 72];
        net.Node(@operator, [net.Input(DataType.Float32, shape)], [(DataType.Float32, result)], null, ("block_size", AttributeValue.Of((long)size)));
        Agree(net, Nd.Random(10, shape).ToTensor());
    }

    private static Value Weights(TFLiteNet net, int seed, params int[] shape) => net.Constant(Nd.Random(seed, shape).ToTensor());

    private static void Agree(TFLiteNet net, params TensorData[] inputs)
    {
        using MemoryStream stream = new();
        new TFLiteFormat().Write(net.Model, new StreamTarget(stream, ".tflite"));

        // The compiled model takes no states; the older interpreter does.
        using LiteRtModel lite = LiteRtModel.Load(stream.ToArray(), net.Model.Graph.Variables.Count > 0 ? LiteRtEngine.TFLite : LiteRtEngine.LiteRt);
        IReadOnlyDictionary<string, TensorData> expected = lite.Run(net.Model.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second));
        using IModelSession session = new OnnxRuntimeRunner().Load(net.Model);
        IReadOnlyList<TensorData> actual = session.Run(inputs);
        for (int i = 0; i < actual.Count; i++)
        {
            TensorData wanted = expected[net.Model.Graph.Outputs[i].Name];
            Assert.Contains(wanted.ToFloats(), v => v != 0);
            KerasNet.Close(new Nd(wanted.ToFloats(), [.. wanted.Shape.ToArray().Select(e => (int)e)]), actual[i]);
        }
    }
}
