using Pare.Passes.Prune;
using Pare.Passes.Quantize;
using Pare.Passes.Tests.Differentiate;
using Pare.Passes.Tests.Optimize;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>Weights set to zero by themselves and in patterns.</summary>
public sealed class PrunePassTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.99)]
    public void Run_Unstructured_TheLeastGoAndTheRestKeepsItsBits(double sparsity)
    {
        Model model = Dense(out Value first, out Value second);
        float[] before = first.Constant!.ToFloats();
        float[] bias = model.Graph.Initializers[1].Constant!.ToFloats();
        new PrunePass(new PruneOptions { Sparsity = sparsity }).Run(model, Running.Context);
        float[] after = first.Constant.ToFloats();
        Assert.Equal((int)Math.Round(sparsity * before.Length), after.Count(v => v == 0));
        float largestGone = before.Zip(after).Where(p => p.Second == 0).Select(p => Math.Abs(p.First)).DefaultIfEmpty(0).Max();
        Assert.All(before.Zip(after).Where(p => p.Second != 0), p => Assert.True(p.First == p.Second && Math.Abs(p.First) >= largestGone));
        Assert.Equal(bias, model.Graph.Initializers[1].Constant!.ToFloats());
        Assert.Equal((int)Math.Round(sparsity * second.Constant!.Count), second.Constant.ToFloats().Count(v => v == 0));
    }

    [Theory]
    [InlineData("onnx")]
    [InlineData("tensorflow")]
    [InlineData("tflite")]
    public void Run_TwoOfFour_HoldsAlongInputChannelsInEveryLayout(string vocabulary)
    {
        // One set of filters, [output, y, x, input].
        TensorData content = Running.Random(3, 6, 3, 3, 8);
        (Model model, Value weight, int[] axes) = Layout(vocabulary, content);
        new PrunePass(new PruneOptions { Pattern = PrunePattern.Parse("2:4"), Include = [weight.Name] }).Run(model, Running.Context);
        float[] after = Permuted(weight.Constant!, axes);
        float[] before = content.ToFloats();
        for (int i = 0; i < after.Length; i += 4)
        {
            int[] kept = [.. Enumerable.Range(i, 4).Where(k => after[k] != 0)];
            int[] largest = [.. Enumerable.Range(i, 4).OrderByDescending(k => Math.Abs(before[k])).Take(2).Order()];
            Assert.Equal(largest, kept);
        }
    }

    [Fact]
    public void Run_Blocks_WholeBlocksGo()
    {
        Model model = Dense(out Value first, out _);
        new PrunePass(new PruneOptions { Sparsity = 0.75, Pattern = PrunePattern.Parse("block:2x4") }).Run(model, Running.Context);
        (int inputs, int outputs) = ((int)first.Constant!.Shape[0], (int)first.Constant.Shape[1]);
        float[] w = first.Constant.ToFloats();
        int gone = 0;
        for (int o = 0; o < outputs; o += 2)
        {
            for (int i = 0; i < inputs; i += 4)
            {
                float[] block = [.. Enumerable.Range(0, 8).Select(k => w[((i + (k % 4)) * outputs) + o + (k / 4)])];
                Assert.True(block.All(v => v == 0) || block.All(v => v != 0));
                gone += block[0] == 0 ? 1 : 0;
            }
        }

        Assert.Equal(inputs * outputs / 8 * 3 / 4, gone);
    }

    [Fact]
    public void Run_ZerosBefore_Stay()
    {
        Model model = Dense(out Value first, out _);
        float[] values = [.. first.Constant!.ToFloats().Select((v, i) => i % 3 == 0 ? 0 : v)];
        first.Constant = DenseTensorData.Create(values, first.Constant.Shape);
        new PrunePass(new PruneOptions { Sparsity = 0.1 }).Run(model, Running.Context);
        Assert.All(values.Zip(first.Constant.ToFloats()), p => Assert.True(p.First != 0 || p.Second == 0));
    }

    [Fact]
    public void Run_Samples_RefitComesCloserThanMagnitudes()
    {
        Model model = Dense(out _, out _);
        Random random = new(5);
        IReadOnlyList<IReadOnlyList<TensorData>> samples = [.. Enumerable.Range(0, 400).Select(_ => (IReadOnlyList<TensorData>)[Correlated(random)])];
        SampleBatches batches = SampleBatches.Create(new OnnxRuntimeRunner(), model, samples, 1);
        double plain = Error(model, m => new PrunePass(new PruneOptions { Sparsity = 0.6 }).Run(m, Running.Context));
        double fitted = Error(model, m => new PrunePass(new PruneOptions { Sparsity = 0.6 }) { Samples = batches }.Run(m, Running.Context));
        Assert.True(fitted < plain / 4, $"{fitted} against {plain}");

        double Error(Model before, Action<Model> prune)
        {
            Model after = before.Clone();
            prune(after);
            Random fresh = new(99);
            using IModelSession a = new OnnxRuntimeRunner().Load(before, new SessionOptions());
            using IModelSession b = new OnnxRuntimeRunner().Load(after, new SessionOptions());
            return Enumerable.Range(0, 50).Sum(_ =>
            {
                TensorData x = Correlated(fresh);
                return a.Run([x])[0].ToFloats().Zip(b.Run([x])[0].ToFloats(), (p, q) => ((double)p - q) * (p - q)).Sum();
            });
        }
    }

    [Fact]
    public void Run_SamplesTwice_GivesTheSameBytesWhateverTheThreads()
    {
        Model one = Dense(out Value a, out _);
        Model two = Dense(out Value b, out _);
        Random random = new(5);
        IReadOnlyList<IReadOnlyList<TensorData>> samples = [.. Enumerable.Range(0, 60).Select(_ => (IReadOnlyList<TensorData>)[Correlated(random)])];
        SampleBatches batches = SampleBatches.Create(new OnnxRuntimeRunner(), one, samples, 1);
        new PrunePass { Samples = batches }.Run(one, Running.Context with { Threads = 1 });
        new PrunePass { Samples = batches }.Run(two, Running.Context with { Threads = 4 });
        Assert.Equal(a.Constant!.ToFloats(), b.Constant!.ToFloats());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Create_SparsityOutOfRange_Refuses(double sparsity) =>
        Assert.Contains("sparsity", Assert.Throws<UsageException>(() => new PrunePass(new PruneOptions { Sparsity = sparsity })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("4:2")]
    [InlineData("0:4")]
    [InlineData("2:4:8")]
    [InlineData("block:1x1")]
    [InlineData("block:0x4")]
    [InlineData("block:-1x4")]
    [InlineData("block:1x")]
    [InlineData("1:99999999999")]
    [InlineData("rows")]
    public void Parse_NoPattern_Refuses(string text) => Assert.Contains("pattern", Assert.Throws<UsageException>(() => PrunePattern.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("unstructured")]
    [InlineData("2:4")]
    [InlineData("1:8")]
    [InlineData("block:1x4")]
    [InlineData("block:16x1")]
    [InlineData("channels")]
    public void Parse_Pattern_IsWrittenAsItWasRead(string text) => Assert.Equal(text, PrunePattern.Parse(text).ToString());

    [Fact]
    public void Create_SparsityAgainstThePattern_Refuses() =>
        Assert.Contains("2:4", Assert.Throws<UsageException>(() => new PrunePass(new PruneOptions { Sparsity = 0.8, Pattern = PrunePattern.Parse("2:4") })).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_PatternThatFitsNothing_SaysSo()
    {
        OnnxChain g = new(17, 1, 30);
        g.Then("MatMul", [g.Constant(1, 30, 40)]);
        UsageException e = Assert.Throws<UsageException>(() => new PrunePass(new PruneOptions { Pattern = PrunePattern.Parse("2:4") }).Run(g.End(), Running.Context));
        Assert.Contains("fits none", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EverythingExcluded_SaysSo()
    {
        Model model = Dense(out _, out _);
        Assert.Contains("excluded", Assert.Throws<UsageException>(() => new PrunePass(new PruneOptions { Exclude = ["*"] }).Run(model, Running.Context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sensitivity_OneTensorHurtsMore_KeepsMoreOfIt()
    {
        double[] parts = SparsitySchedules.Sensitivity([[.. SparsitySchedules.Grid.Select(s => s * s)], [.. SparsitySchedules.Grid.Select(s => 100 * s * s)]], [1000, 1000], 0.5);
        Assert.True(parts[0] > 0.9 && parts[1] < 0.1);
        Assert.Equal(1.0, parts[0] + parts[1], 6);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public void Schedules_AnyShape_MeetTheSparsity(double sparsity)
    {
        double[][] scores = [[.. Running.Random(1, 500).ToFloats().Select(v => (double)v * v)], [.. Running.Random(2, 3000).ToFloats().Select(v => v * v * 1e-6)]];
        double[] global = SparsitySchedules.Global(scores, [1, 1], sparsity);
        Assert.Equal(sparsity * 3500, (global[0] * 500) + (global[1] * 3000), 1.0);
        double[] measured = SparsitySchedules.Sensitivity([[.. SparsitySchedules.Grid], [.. SparsitySchedules.Grid.Select(_ => double.PositiveInfinity)]], [500, 3000], sparsity);
        Assert.Equal(sparsity * 3500, (measured[0] * 500) + (measured[1] * 3000), 1.0);
        Assert.All(global.Concat(measured), p => Assert.InRange(p, 0, 1));
    }

    private static Model Dense(out Value first, out Value second)
    {
        OnnxChain g = new(17, 1, 32);
        first = g.Constant(1, 32, 48);
        g.Then("MatMul", [first]);
        g.Then("Add", [g.Constant(2, 48)]);
        g.Then("Relu");
        second = g.Constant(3, 48, 10);
        g.Then("MatMul", [second]);
        g.Then("Add", [g.Constant(4, 10)]);
        return g.End();
    }

    // Few directions: what one input tells others tell too, as in pictures.
    private static DenseTensorData Correlated(Random random)
    {
        float[] x = new float[32];
        for (int k = 0; k < 4; k++)
        {
            float a = (float)((random.NextDouble() * 2) - 1);
            for (int i = 0; i < x.Length; i++)
            {
                x[i] += a * MathF.Sin((i + 1) * (k + 1) * 0.37f);
            }
        }

        return DenseTensorData.Create(x, new TensorShape(1, 32));
    }

    private static (Model Model, Value Weight, int[] Axes) Layout(string vocabulary, TensorData content)
    {
        float[] Laid(params int[] axes) => Permuted(content, axes);
        switch (vocabulary)
        {
            case "onnx":
                OnnxChain g = new(17, 1, 8, 5, 5);
                Value filters = g.Model.Graph.AddInitializer("w", DenseTensorData.Create(Laid(0, 3, 1, 2), new TensorShape(6, 8, 3, 3)));
                g.Then("Conv", [filters]);
                return (g.End(), filters, [0, 2, 3, 1]);
            case "tensorflow":
                TinyGraph t = new("w", 1, 5, 5, 8);
                Value kernel = t.Const(DenseTensorData.Create(Laid(1, 2, 3, 0), new TensorShape(3, 3, 8, 6)));
                t.End(t.Conv(t.X, kernel, "VALID"));
                return (t.Model, kernel, [3, 0, 1, 2]);
            default:
                LiteChain l = new(1, 5, 5, 8);
                Value y = l.Conv(1, l.X, 6, 3);
                Value w = y.Producer!.Inputs[1]!;
                w.Constant = content;
                return (l.End(y), w, [0, 1, 2, 3]);
        }
    }

    private static float[] Permuted(TensorData content, int[] axes)
    {
        long[] shape = content.Shape.ToArray();
        float[] values = content.ToFloats();
        float[] result = new float[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            long rest = i;
            long[] index = new long[axes.Length];
            for (int d = axes.Length - 1; d >= 0; d--)
            {
                index[axes[d]] = rest % shape[axes[d]];
                rest /= shape[axes[d]];
            }

            long at = 0;
            for (int d = 0; d < shape.Length; d++)
            {
                at = (at * shape[d]) + index[d];
            }

            result[i] = values[at];
        }

        return result;
    }
}
