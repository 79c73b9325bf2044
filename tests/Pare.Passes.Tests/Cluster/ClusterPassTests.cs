using Pare.Passes.Cluster;
using Pare.Passes.Quantize;
using Pare.Passes.Tests.Optimize;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Cluster;

/// <summary>Constants that share few values.</summary>
public sealed class ClusterPassTests
{
    private static Model Real => Running.Open(SharedFiles.InShared("models", "poets", "retrained_graph_6class.pb"));

    // What Reimers' converge_weights.py touches on this graph: tensors of more than 256 values one by one, of 256 and more under one codebook.
    [Theory]
    [InlineData(ClusterScope.Tensor, 257, 26, 470_303)]
    [InlineData(ClusterScope.Model, 256, 38, 473_375)]
    public void Run_AsTheFirstTool_TouchesTheSameTensors(ClusterScope scope, int minSize, int tensors, long values)
    {
        Model before = Real;
        Model after = before.Clone();
        IReadOnlyList<Change> changes = new ClusterPass(new ClusterOptions { Clusters = 256, Scope = scope, MinSize = minSize, Vectors = true }).Run(after, Running.Context);
        (Value Before, Value After)[] touched = [.. before.Graph.Constants.Zip(after.Graph.Constants).Where(p => !ReferenceEquals(p.First.Constant, p.Second.Constant))];
        Assert.Equal(tensors, Assert.Single(changes).Count);
        Assert.Equal(tensors, touched.Length);
        Assert.Equal(values, touched.Sum(p => p.Before.Constant!.Count));
        Assert.All(touched, p => Assert.Equal((p.Before.Name, p.Before.Constant!.Shape), (p.After.Name, p.After.Constant!.Shape)));
        Assert.Equal(before.Graph.Nodes.Select(n => (n.Name, n.Operator, n.Attributes.Count)), after.Graph.Nodes.Select(n => (n.Name, n.Operator, n.Attributes.Count)));
        int distinct = scope == ClusterScope.Model ? touched.SelectMany(p => p.After.Constant!.ToFloats()).Distinct().Count() : touched.Max(p => p.After.Constant!.ToFloats().Distinct().Count());
        Assert.Equal(256, distinct);
    }

    [Fact]
    public void Run_RealTensors_ErrorIsWithinATenThousandthOfTheLeast()
    {
        Model before = Real;
        Model after = before.Clone();
        new ClusterPass(new ClusterOptions { Clusters = 32, MinSize = 2048 }).Run(after, Running.Context);
        (Value Before, Value After)[] touched = [.. before.Graph.Constants.Zip(after.Graph.Constants).Where(p => !ReferenceEquals(p.First.Constant, p.Second.Constant))];
        Assert.True(touched.Length > 10);
        Parallel.ForEach(touched, p =>
        {
            float[] exact = p.Before.Constant!.ToFloats();
            double least = ExactClustering.LeastError(exact, 32);
            double error = exact.Zip(p.After.Constant!.ToFloats(), (a, b) => ((double)a - b) * ((double)a - b)).Sum();
            Assert.True(error <= least * (1 + 1e-4), $"{p.Before.Name}: {error} against {least}");
            Assert.True(error >= least * (1 - 1e-9), $"{p.Before.Name}: {error} below {least}, which is the least");
        });
    }

    [Theory]
    [InlineData(ClusterScope.Tensor)]
    [InlineData(ClusterScope.Channel)]
    [InlineData(ClusterScope.Model)]
    public void Run_PrunedTensor_ZerosStayWithoutBeingAsked(ClusterScope scope)
    {
        (Model model, Value first, Value _) = TwoConvolutions();
        float[] sparse = [.. first.Constant!.ToFloats().Select((v, i) => i % 3 == 0 ? 0 : v + 0.4f)];
        first.Constant = DenseTensorData.Create(sparse, first.Constant.Shape);
        new ClusterPass(new ClusterOptions { Clusters = 6, Scope = scope, MinSize = 1 }).Run(model, Running.Context);
        Assert.All(sparse.Zip(first.Constant.ToFloats()), p => Assert.True(p.First != 0 || p.Second == 0));
    }

    [Theory]
    [InlineData(ClusterScope.Tensor)]
    [InlineData(ClusterScope.Channel)]
    [InlineData(ClusterScope.Model)]
    public void Run_KeepZero_ZerosStayAndSharesHold(ClusterScope scope)
    {
        (Model model, Value first, Value second) = TwoConvolutions();
        float[] sparse = [.. first.Constant!.ToFloats().Select((v, i) => i % 3 == 0 ? 0 : v + 0.4f)];
        first.Constant = DenseTensorData.Create(sparse, first.Constant.Shape);
        new ClusterPass(new ClusterOptions { Clusters = 6, Scope = scope, MinSize = 1, KeepZero = true }).Run(model, Running.Context);
        float[] a = first.Constant.ToFloats();
        Assert.All(sparse.Zip(a), p => Assert.True(p.First != 0 || p.Second == 0));
        switch (scope)
        {
            case ClusterScope.Tensor:
                Assert.InRange(a.Distinct().Count(), 5, 6);
                break;
            case ClusterScope.Channel:
                Assert.All(Enumerable.Range(0, 8), c => Assert.InRange(a.Where((_, i) => i % 8 == c).Distinct().Count(), 2, 6));
                Assert.True(a.Distinct().Count() > 6);
                break;
            default:
                Assert.InRange(a.Concat(second.Constant!.ToFloats()).Distinct().Count(), 5, 6);
                break;
        }
    }

    [Fact]
    public void Run_Globs_ChooseConstants()
    {
        (Model model, Value first, Value second) = TwoConvolutions();
        (TensorData a, TensorData b) = (first.Constant!, second.Constant!);
        new ClusterPass(new ClusterOptions { MinSize = 1, Clusters = 2, Exclude = [first.Producer!.Name] }).Run(model, Running.Context);
        Assert.Same(a, first.Constant);
        Assert.NotSame(b, second.Constant);
        second.Constant = b;
        new ClusterPass(new ClusterOptions { MinSize = 1, Clusters = 2, Include = [$"{first.Producer.Name}*"], Exclude = [second.Producer!.Name] }).Run(model, Running.Context);
        Assert.Equal(2, first.Constant!.ToFloats().Distinct().Count());
        Assert.Same(b, second.Constant);
    }

    [Fact]
    public void Create_ClustersOutOfRange_IsWrongUsage()
    {
        Assert.Throws<UsageException>(() => new ClusterPass(new ClusterOptions { Clusters = 1 }));
        Assert.Throws<UsageException>(() => new ClusterPass(new ClusterOptions { Clusters = 65537 }));
        (Model model, Value first, _) = TwoConvolutions();
        float[] before = first.Constant!.ToFloats();
        new ClusterPass(new ClusterOptions { Clusters = 65536, MinSize = 1 }).Run(model, Running.Context);
        Assert.Equal(before, first.Constant.ToFloats());
    }

    [Fact]
    public void Run_InfiniteValues_StayWithAWarning()
    {
        (Model model, Value first, _) = TwoConvolutions();
        float[] values = first.Constant!.ToFloats();
        values[5] = float.NaN;
        first.Constant = DenseTensorData.Create(values, first.Constant.Shape);
        PassContext context = Running.Context;
        new ClusterPass(new ClusterOptions { MinSize = 1 }).Run(model, context);
        Assert.Equal(values, first.Constant.ToFloats());
        Assert.Contains(context.Diagnostics, d => d.Where == first.Name);
    }

    [Theory]
    [InlineData(ClusterScope.Tensor)]
    [InlineData(ClusterScope.Channel)]
    [InlineData(ClusterScope.Model)]
    public void Run_WithSensitivity_ErrsWhereItCostsLess(ClusterScope scope)
    {
        (Model model, Value weight, _) = TwoConvolutions();

        // What the quiet channel is multiplied with spreads wide, and would draw most centroids to itself.
        float[] exact = [.. weight.Constant!.ToFloats().Select((v, i) => i / 8 % 2 == 1 ? v * 4 : v)];
        weight.Constant = DenseTensorData.Create(exact, weight.Constant.Shape);
        LinearLayer layer = LinearLayers.Find(model)[0];
        LayerStatistics statistics = new(layer, diagonalOnly: true);
        LayerStatistics full = new(layer);

        // One of two input channels is ten times as loud as the other.
        float[] input = [.. Running.Random(3, 1, 12, 12, 2).ToFloats().Select((v, i) => i % 2 == 0 ? v * 10 : v)];
        foreach (LayerStatistics s in new[] { statistics, full })
        {
            s.Add(DenseTensorData.Create(input, new TensorShape(1, 12, 12, 2)));
        }

        Assert.Equal(Enumerable.Range(0, 18).Select(i => full.Moment(0, centred: false)[i * 19]), statistics.Diagonal(0), (a, b) => Math.Abs(a - b) < 1e-9 * a);
        float[] costs = WeightSensitivity.Of(statistics);
        Assert.InRange(costs[0] / costs[8], 30, 300);
        ClusterOptions options = new() { Clusters = 4, MinSize = 1, Scope = scope };
        double Cost(Model m) => exact.Zip(m.Graph.Constants.First().Constant!.ToFloats(), (a, b) => ((double)a - b) * ((double)a - b)).Zip(costs, (e, c) => e * c).Sum();
        Model plain = model.Clone();
        new ClusterPass(options).Run(plain, Running.Context);
        new ClusterPass(options) { Sensitivity = new Dictionary<Value, float[]> { [weight] = costs } }.Run(model, Running.Context);
        Assert.True(Cost(model) < Cost(plain) * 0.9, $"{Cost(model)} against {Cost(plain)}");
    }

    private static (Model Model, Value First, Value Second) TwoConvolutions()
    {
        TinyGraph g = new("net", 1, 12, 12, 2);
        Value first = g.Const(Running.Random(1, 3, 3, 2, 8));
        Value second = g.Const(Running.Random(2, 3, 3, 8, 4));
        g.End(g.Conv(g.Add("Relu", g.Conv(g.X, first, "SAME")), second, "SAME"));
        return (g.Model, first, second);
    }
}
