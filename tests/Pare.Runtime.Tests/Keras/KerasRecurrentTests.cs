using Pare.Formats;
using Pare.Testing;
using Xunit;
using static Pare.Runtime.Tests.Keras.RecurrentReference;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Recurrent layers, cells, wrappers and masks against loops over their definitions.</summary>
public class KerasRecurrentTests
{
    private const int Features = 3;
    private const int Units = 4;
    private const int Steps = 5;

    private static Nd[] Weights(string kind, int features, int seed) => kind switch
    {
        "LSTM" => [Nd.Random(seed, features, 4 * Units), Nd.Random(seed + 1, Units, 4 * Units), Nd.Random(seed + 2, 4 * Units)],
        "GRU" => [Nd.Random(seed, features, 3 * Units), Nd.Random(seed + 1, Units, 3 * Units), Nd.Random(seed + 2, 3 * Units)],
        "GRU after" => [Nd.Random(seed, features, 3 * Units), Nd.Random(seed + 1, Units, 3 * Units), Nd.Random(seed + 2, 2, 3 * Units)],
        _ => [Nd.Random(seed, features, Units), Nd.Random(seed + 1, Units, Units), Nd.Random(seed + 2, Units)],
    };

    private static Cell CellOf(string kind, Nd[] w) => kind switch
    {
        "LSTM" => Lstm(w[0], w[1], w[2]),
        "GRU" => Gru(w[0], w[1], w[2], resetAfter: false),
        "GRU after" => Gru(w[0], w[1], w[2], resetAfter: true),
        _ => Simple(w[0], w[1], w[2]),
    };

    private static int[] StatesOf(string kind) => kind == "LSTM" ? [Units, Units] : [Units];

    private static string ClassOf(string kind) => kind.Split(' ')[0];

    private static string Config(string kind, string more) => $$"""{"units":4,"activation":"tanh","use_bias":true,{{(kind == "SimpleRNN" ? "" : "\"recurrent_activation\":\"sigmoid\",")}}"reset_after":{{(kind == "GRU after" ? "true" : "false")}}{{more}}}""";

    [Theory]
    [InlineData("LSTM", true)]
    [InlineData("LSTM", false)]
    [InlineData("GRU", true)]
    [InlineData("GRU after", true)]
    [InlineData("GRU after", false)]
    [InlineData("SimpleRNN", true)]
    public void Recurrent_StatesInAndOut_FollowItsDefinition(string kind, bool backwards)
    {
        Nd x = Nd.Random(1, 2, Steps, Features);
        Nd[] w = Weights(kind, Features, 2);
        Nd[] initial = [.. StatesOf(kind).Select((u, i) => Nd.Random(10 + i, 2, u))];
        (Nd sequence, Nd[] states) = RecurrentReference.Run(x, CellOf(kind, w), StatesOf(kind), backwards: backwards, initial: initial);
        KerasNet net = new();
        Value[] inputs = [net.Input(Steps, Features), .. initial.Select(_ => net.Input(Units))];
        IReadOnlyList<Value> y = net.Layers(ClassOf(kind), Config(kind, $",\"return_sequences\":true,\"return_state\":true,\"stateful\":true,\"unroll\":true,\"go_backwards\":{(backwards ? "true" : "false")}"), inputs, 1 + states.Length, w);
        IReadOnlyList<TensorData> results = net.Run([.. y], [x.ToTensor(), .. initial.Select(s => s.ToTensor())]);
        KerasNet.Close(sequence, results[0]);
        for (int i = 0; i < states.Length; i++)
        {
            KerasNet.Close(states[i], results[i + 1]);
        }
    }

    [Theory]
    [InlineData("LSTM", false)]
    [InlineData("LSTM", true)]
    [InlineData("GRU after", false)]
    [InlineData("SimpleRNN", true)]
    public void Recurrent_MaskedSteps_LeaveTheStates(string kind, bool sequences)
    {
        (Nd x, Func<int, int, bool> counts) = Masked();
        Nd[] w = Weights(kind, Features, 20);
        (Nd sequence, _) = RecurrentReference.Run(x, CellOf(kind, w), StatesOf(kind), counts: counts);
        KerasNet net = new();
        Value masked = net.Layer("Masking", """{"mask_value":0.0}""", [net.Input(Steps, Features)]);
        Value y = net.Layer(ClassOf(kind), Config(kind, sequences ? ",\"return_sequences\":true" : ""), [masked], w);
        net.Check(sequences ? sequence : Last(sequence), y, x);
    }

    [Theory]
    [InlineData(true, "concat")]
    [InlineData(false, "sum")]
    [InlineData(true, "ave")]
    public void Bidirectional_MaskedSteps_GiveZerosInSequences(bool sequences, string merge)
    {
        (Nd x, Func<int, int, bool> counts) = Masked();
        Nd[] ahead = Weights("LSTM", Features, 30);
        Nd[] back = Weights("LSTM", Features, 40);
        Nd a = RecurrentReference.Run(x, CellOf("LSTM", ahead), StatesOf("LSTM"), counts: counts, zeros: sequences).Sequence;
        Nd b = RecurrentReference.Run(x, CellOf("LSTM", back), StatesOf("LSTM"), backwards: true, counts: counts, zeros: sequences).Sequence;
        Nd turned = new(b.Shape);
        foreach (int[] at in b.Indices())
        {
            turned[at] = b[at[0], Steps - 1 - at[1], at[2]];
        }

        Nd left = sequences ? a : Last(a);
        Nd right = sequences ? turned : Last(b);
        Nd expected = merge switch
        {
            "concat" => Joined(left, right),
            "sum" => left.Zip(right, (p, q) => p + q),
            _ => left.Zip(right, (p, q) => (p + q) / 2),
        };
        KerasNet net = new();
        Value masked = net.Layer("Masking", "{}", [net.Input(Steps, Features)]);
        string inner = Config("LSTM", $",\"return_sequences\":{(sequences ? "true" : "false")}");
        Value y = net.Layer("Bidirectional", $$"""{"merge_mode":"{{merge}}","layer":{"class_name":"LSTM","config":{{inner}} } }""", [masked], [.. ahead, .. back]);
        net.Check(expected, y, x);
    }

    [Fact]
    public void Bidirectional_StatesInAndOut_AreForwardThenBackward()
    {
        Nd x = Nd.Random(50, 2, Steps, Features);
        Nd[] ahead = Weights("GRU after", Features, 51);
        Nd[] back = Weights("GRU after", Features, 61);
        Nd[] initial = [Nd.Random(70, 2, Units), Nd.Random(71, 2, Units)];
        (Nd a, Nd[] forward) = RecurrentReference.Run(x, CellOf("GRU after", ahead), [Units], initial: [initial[0]]);
        (Nd b, Nd[] backward) = RecurrentReference.Run(x, CellOf("GRU after", back), [Units], backwards: true, initial: [initial[1]]);
        KerasNet net = new();
        Value[] inputs = [net.Input(Steps, Features), net.Input(Units), net.Input(Units)];
        string inner = Config("GRU after", ",\"return_state\":true");
        IReadOnlyList<Value> y = net.Layers("Bidirectional", $$"""{"merge_mode":"concat","layer":{"class_name":"GRU","config":{{inner}} } }""", inputs, 3, [.. ahead, .. back]);
        IReadOnlyList<TensorData> results = net.Run([.. y], [x.ToTensor(), .. initial.Select(s => s.ToTensor())]);
        KerasNet.Close(Joined(Last(a), Last(b)), results[0]);
        KerasNet.Close(forward[0], results[1]);
        KerasNet.Close(backward[0], results[2]);
    }

    [Fact]
    public void Rnn_StackedCells_HandOnAllStates()
    {
        (Nd x, Func<int, int, bool> counts) = Masked();
        Nd[] first = Weights("LSTM", Features, 80);
        Nd[] second = Weights("GRU after", Units, 90);
        Cell cell = Stacked([CellOf("LSTM", first), CellOf("GRU after", second)], [2, 1]);
        Nd[] initial = [Nd.Random(100, 2, Units), Nd.Random(101, 2, Units), Nd.Random(102, 2, Units)];
        (Nd sequence, Nd[] states) = RecurrentReference.Run(x, cell, [Units, Units, Units], output: 2, counts: counts, initial: initial);
        KerasNet net = new();
        Value masked = net.Layer("Masking", "{}", [net.Input(Steps, Features)]);
        string cells = $$"""{"class_name":"StackedRNNCells","config":{"cells":[{"class_name":"LSTMCell","config":{{Config("LSTM", "")}} },{"class_name":"GRUCell","config":{{Config("GRU after", "")}} }] } }""";
        IReadOnlyList<Value> y = net.Layers("RNN", $$"""{"return_sequences":true,"return_state":true,"cell":{{cells}}}""", [masked, net.Input(Units), net.Input(Units), net.Input(Units)], 4, [.. first, .. second]);
        IReadOnlyList<TensorData> results = net.Run([.. y], [x.ToTensor(), .. initial.Select(s => s.ToTensor())]);
        KerasNet.Close(sequence, results[0]);
        for (int i = 0; i < 3; i++)
        {
            KerasNet.Close(states[i], results[i + 1]);
        }
    }

    [Theory]
    [InlineData("SimpleRNN")]
    [InlineData("LSTM")]
    public void Rnn_OneCellBackwards_IsTheLayer(string kind)
    {
        Nd x = Nd.Random(110, 2, Steps, Features);
        Nd[] w = Weights(kind, Features, 111);
        (Nd sequence, _) = RecurrentReference.Run(x, CellOf(kind, w), StatesOf(kind), backwards: true);
        KerasNet.Check(Last(sequence), "RNN", $$"""{"go_backwards":true,"cell":{"class_name":"{{kind}}Cell","config":{{Config(kind, "")}} } }""", x, w);
    }

    [Theory]
    [InlineData(1, "same", "channels_last", true)]
    [InlineData(2, "same", "channels_first", true)]
    [InlineData(2, "valid", "channels_last", false)]
    public void ConvLstm_Steps_ConvolveInputAndState(int axes, string padding, string layout, bool sequences)
    {
        int[] extents = axes == 1 ? [5] : [5, 4];
        Nd x = Nd.Random(120, [2, 3, .. extents, 2]);
        int[] taps = [.. Enumerable.Repeat(3, axes)];
        int[] ones = [.. Enumerable.Repeat(1, axes)];
        Nd kernel = Nd.Random(121, [.. taps, 2, 12]);
        Nd recurrent = Nd.Random(122, [.. taps, 3, 12]);
        Nd bias = Nd.Random(123, 12);
        Nd? h = null;
        Nd? c = null;
        List<Nd> outputs = [];
        for (int step = 0; step < 3; step++)
        {
            Nd now = new([2, .. extents, 2]);
            foreach (int[] at in now.Indices())
            {
                now[at] = x[[at[0], step, .. at[1..]]];
            }

            Nd z = WindowReference.Convolve(now, kernel, bias.Data, ones, ones, padding == "same");
            z = h is null ? z : z.Zip(WindowReference.Convolve(h, recurrent, null, ones, ones, same: true), (p, q) => p + q);
            Nd next = new([.. z.Shape[..^1], 3]);
            Nd output = new(next.Shape);
            foreach (int[] at in next.Indices())
            {
                double Gate(int g) => z[[.. at[..^1], (3 * g) + at[^1]]];
                next[at] = (float)((Hard(Gate(1)) * (c?[at] ?? 0)) + (Hard(Gate(0)) * Math.Tanh(Gate(2))));
                output[at] = (float)(Hard(Gate(3)) * Math.Tanh(next[at]));
            }

            (h, c) = (output, next);
            outputs.Add(output);
        }

        Nd expected = h!;
        if (sequences)
        {
            expected = new Nd([2, 3, .. h!.Shape[1..]]);
            foreach (int[] at in expected.Indices())
            {
                expected[at] = outputs[at[1]][[at[0], .. at[2..]]];
            }
        }

        bool first = layout == "channels_first";
        int rank = axes + 3;
        Nd given = first ? x.Transpose([0, 1, rank - 1, .. Enumerable.Range(2, axes)]) : x;
        Nd wanted = !first ? expected : sequences ? expected.Transpose([0, 1, rank - 1, .. Enumerable.Range(2, axes)]) : expected.ChannelsFirst();
        string config = $$"""{"filters":3,"padding":"{{padding}}","data_format":"{{layout}}","activation":"tanh","recurrent_activation":"hard_sigmoid","use_bias":true,"return_sequences":{{(sequences ? "true" : "false")}}}""";
        KerasNet.Check(wanted, $"ConvLSTM{axes}D", config, given, kernel, recurrent, bias);
    }

    [Fact]
    public void TimeDistributed_Convolution_RunsOnEachStep()
    {
        Nd x = Nd.Random(130, 2, 3, 6, 2);
        Nd kernel = Nd.Random(131, 3, 2, 4);
        Nd bias = Nd.Random(132, 4);
        Nd expected = WindowReference.Convolve(x.Reshape(6, 6, 2), kernel, bias.Data, [2], [1], same: true).Reshape(2, 3, 3, 4);
        KerasNet.Check(expected, "TimeDistributed", """{"layer":{"class_name":"Conv1D","config":{"filters":4,"kernel_size":[3],"strides":[2],"padding":"same","use_bias":true,"activation":"linear"}}}""", x, kernel, bias);
    }

    [Theory]
    [InlineData("per_step.h5")]
    [InlineData("per_step.keras")]
    public void TimeDistributed_Model_RunsOnEachStep(string file)
    {
        // Value i of weight k is i/4 - k, for k = 0, 1, 2, 0.
        Nd[] w = [.. new[] { (0, new[] { 2, 3 }), (1, [3]), (2, [3, 2]), (0, [2]) }.Select(t => Ramp(t.Item1, t.Item2))];
        Nd x = Nd.Random(150, 2, 3, 2);
        Nd expected = new(2, 3, 2);
        foreach (int[] at in expected.Indices())
        {
            float[] hidden = [.. Enumerable.Range(0, 3).Select(h => Math.Max(0, w[1].Data[h] + Enumerable.Range(0, 2).Sum(i => x[at[0], at[1], i] * w[0][i, h])))];
            expected[at] = w[3].Data[at[2]] + hidden.Select((v, h) => v * w[2][h, at[2]]).Sum();
        }

        Model model = ModelFile.Open(Path.Combine(SharedFiles.Repository, "tests", "Pare.Formats.Tests", "Keras", "Files", file)).Model;
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        KerasNet.Close(expected, session.Run([x.ToTensor()])[0]);
    }

    private static Nd Ramp(int k, int[] shape)
    {
        Nd y = new(shape);
        for (int i = 0; i < y.Data.Length; i++)
        {
            y.Data[i] = (i / 4f) - k;
        }

        return y;
    }

    [Fact]
    public void Embedding_MaskZero_ReachesPoolingAndMerging()
    {
        Nd table = Nd.Random(140, 6, 4);
        float[] indices = [1, 3, 0, 5, 0, 2];
        KerasNet net = new();
        Value input = net.Input(3);
        Value embedded = net.Layer("Embedding", """{"input_dim":6,"output_dim":4,"mask_zero":true}""", [input], table);
        Value joined = net.Layer("Concatenate", """{"axis":1}""", [embedded, embedded]);
        Value y = net.Layer("GlobalAveragePooling1D", "{}", [joined]);
        Nd expected = new(2, 4);
        foreach (int[] at in expected.Indices())
        {
            expected[at] = Enumerable.Range(0, 3).Select(s => (int)indices[(at[0] * 3) + s]).Where(i => i != 0).Average(i => table[i, at[1]]);
        }

        net.Check(expected, y, new Nd(indices, 2, 3));
    }

    [Theory]
    [InlineData("2.15.0")]
    [InlineData("3.5.0")]
    public void Add_OfMaskedInputs_CountsAsItsKerasDoes(string version)
    {
        Nd x = Nd.Random(160, 1, 3, 2);
        Nd y = Nd.Random(161, 1, 3, 2);
        (x[0, 0, 0], x[0, 0, 1], y[0, 1, 0], y[0, 1, 1]) = (0, 0, 0, 0);

        // Keras 2 counts the last step alone, Keras 3 all three.
        int first = version[0] == '2' ? 2 : 0;
        Nd expected = new(1, 2);
        foreach (int[] at in expected.Indices())
        {
            expected[at] = Enumerable.Range(first, 3 - first).Average(s => x[0, s, at[1]] + y[0, s, at[1]]);
        }

        KerasNet net = new(version);
        Value sum = net.Layer("Add", "{}", [net.Layer("Masking", "{}", [net.Input(3, 2)]), net.Layer("Masking", "{}", [net.Input(3, 2)])]);
        net.Check(expected, net.Layer("GlobalAveragePooling1D", "{}", [sum]), x, y);
    }

    private static double Hard(double x) => Math.Clamp((0.2 * x) + 0.5, 0, 1);

    // Some steps at the end, at the start and in between are zeros.
    private static (Nd X, Func<int, int, bool> Counts) Masked()
    {
        Nd x = Nd.Random(7, 2, Steps, Features);
        static bool Counts(int n, int step) => n == 0 ? step < 3 : step is not (0 or 2);
        foreach (int[] at in x.Indices())
        {
            x[at] = Counts(at[0], at[1]) ? x[at] : 0;
        }

        return (x, Counts);
    }

    private static Nd Joined(Nd a, Nd b)
    {
        int width = a.Shape[^1];
        Nd y = new([.. a.Shape[..^1], width + b.Shape[^1]]);
        foreach (int[] at in y.Indices())
        {
            y[at] = at[^1] < width ? a[at] : b[[.. at[..^1], at[^1] - width]];
        }

        return y;
    }
}
