using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Configurations and weights as Keras 1 wrote them mean what Keras 2 takes them for.</summary>
public class KerasOneTests
{
    [Theory]
    [InlineData("tf")]
    [InlineData("th")]
    public void Convolution2D_EitherOrdering_IsConv2D(string ordering)
    {
        bool first = ordering == "th";
        Nd x = Nd.Random(1, 2, 6, 5, 3);
        Nd kernel = Nd.Random(2, 3, 2, 3, 4);
        Nd bias = Nd.Random(3, 4);
        Nd expected = WindowReference.Convolve(x, kernel, bias.Data, [2, 1], [1, 1], same: true).Map(v => Math.Max(v, 0));
        string config = $$"""{"nb_filter":4,"nb_row":3,"nb_col":2,"border_mode":"same","subsample":[2,1],"dim_ordering":"{{ordering}}","bias":true,"activation":"relu","init":"glorot_uniform"}""";
        KerasNet net = new("1.2.2");
        Nd given = first ? x.ChannelsFirst() : x;
        Value y = net.Layer("Convolution2D", config, [net.Input(given.Shape.AsSpan(1))], first ? kernel.Transpose(3, 2, 0, 1) : kernel, bias);
        net.Check(first ? expected.ChannelsFirst() : expected, y, given);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Convolution1D_BothKernelLayouts_AreConv1D(bool early)
    {
        Nd x = Nd.Random(4, 2, 7, 3);
        Nd kernel = Nd.Random(5, 3, 3, 4);
        Nd bias = Nd.Random(6, 4);
        Nd expected = WindowReference.Convolve(x, kernel, bias.Data, [2], [1], same: false);
        Nd stored = early ? kernel.Transpose(2, 1, 0).Reshape(4, 3, 3, 1) : kernel.Reshape(3, 1, 3, 4);
        KerasNet.Check(expected, "Convolution1D", """{"nb_filter":4,"filter_length":3,"border_mode":"valid","subsample_length":2,"activation":"linear"}""", x, stored, bias);
    }

    [Fact]
    public void MaxPooling2D_Theano_PoolsBehindTheChannels()
    {
        Nd x = Nd.Random(7, 1, 6, 4, 2);
        Nd expected = WindowReference.Pool(x, [2, 2], [2, 2], same: false, largest: true);
        KerasNet.Check(expected.ChannelsFirst(), "MaxPooling2D", """{"pool_size":[2,2],"strides":[2,2],"border_mode":"valid","dim_ordering":"th"}""", x.ChannelsFirst());
    }

    [Fact]
    public void MaxPooling1D_Lengths_ArePoolSizeAndStride()
    {
        Nd x = Nd.Random(8, 2, 7, 3);
        KerasNet.Check(WindowReference.Pool(x, [3], [2], same: false, largest: true), "MaxPooling1D", """{"pool_length":3,"stride":2,"border_mode":"valid"}""", x);
    }

    [Fact]
    public void Lstm_GateByGate_IsLstm()
    {
        Nd x = Nd.Random(9, 2, 4, 3);
        Nd kernel = Nd.Random(10, 3, 8);
        Nd recurrent = Nd.Random(11, 2, 8);
        Nd bias = Nd.Random(12, 8);
        (Nd sequence, _) = RecurrentReference.Run(x, RecurrentReference.Lstm(kernel, recurrent, bias), [2, 2]);

        // Keras 1 keeps i, c, f, o; the kernel here is i, f, c, o.
        Nd[] weights = [.. new[] { 0, 2, 1, 3 }.SelectMany(g => new[] { Columns(kernel, g, 2), Columns(recurrent, g, 2), new Nd(bias.Data[(2 * g)..((2 * g) + 2)], 2) })];
        KerasNet.Check(RecurrentReference.Last(sequence), "LSTM", """{"output_dim":2,"activation":"tanh","inner_activation":"sigmoid","consume_less":"cpu","return_sequences":false}""", x, weights);
    }

    [Fact]
    public void Gru_GateByGate_IsGru()
    {
        Nd x = Nd.Random(13, 2, 4, 3);
        Nd kernel = Nd.Random(14, 3, 6);
        Nd recurrent = Nd.Random(15, 2, 6);
        Nd bias = Nd.Random(16, 6);
        (Nd sequence, _) = RecurrentReference.Run(x, RecurrentReference.Gru(kernel, recurrent, bias, resetAfter: false), [2]);
        Nd[] weights = [.. Enumerable.Range(0, 3).SelectMany(g => new[] { Columns(kernel, g, 2), Columns(recurrent, g, 2), new Nd(bias.Data[(2 * g)..((2 * g) + 2)], 2) })];
        KerasNet.Check(sequence, "GRU", """{"output_dim":2,"activation":"tanh","inner_activation":"sigmoid","consume_less":"mem","return_sequences":true}""", x, weights);
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("mul")]
    [InlineData("max")]
    [InlineData("ave")]
    public void Merge_Modes_JoinElementwise(string mode)
    {
        Nd a = Nd.Random(17, 2, 3);
        Nd b = Nd.Random(18, 2, 3);
        Nd expected = a.Zip(b, (p, q) => mode switch { "sum" => p + q, "mul" => p * q, "max" => Math.Max(p, q), _ => (p + q) / 2 });
        KerasNet.Check(expected, "Merge", $$"""{"mode":"{{mode}}","concat_axis":-1,"dot_axes":-1}""", [a, b]);
    }

    private static Nd Columns(Nd matrix, int gate, int width)
    {
        Nd y = new(matrix.Shape[0], width);
        foreach (int[] at in y.Indices())
        {
            y[at] = matrix[at[0], (gate * width) + at[1]];
        }

        return y;
    }
}
