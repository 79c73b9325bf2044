using Pare.Passes.Prune;
using Pare.Passes.Tests.Optimize;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>
/// Removes half the channels of a small network and compares with the network as it was, every constant's lost elements set to zero: lost filters, biases and scales then make channels of zeros, and lost columns do
/// not read them. What was lost is told by the constants alone: the weights are random, so each value is one element.
/// </summary>
internal static class SilentChannels
{
    /// <summary>Prunes, compares, and gives the extents of the constants afterwards in one line.</summary>
    public static string Prune(Model model, double sparsity = 0.5, params string[] exclude)
    {
        Model before = model.Clone();
        PassContext context = Running.Context;
        IReadOnlyList<Change> changes = new PruneChannelsPass(new PruneOptions { Sparsity = sparsity, Exclude = exclude }).Run(model, context);
        Assert.Contains(changes, c => c is { Rule: "channels", Count: > 0 });
        foreach ((Value was, Value now) in before.Graph.Constants.Zip(model.Graph.Constants))
        {
            Assert.Equal(was.Name, now.Name);
            if (was.Constant!.Type == DataType.Float32 && !was.Constant.Shape.Equals(now.Constant!.Shape))
            {
                HashSet<float> left = [.. now.Constant.ToFloats()];
                Assert.Equal(now.Constant.Count, left.Count);
                was.Constant = DenseTensorData.Create(Array.ConvertAll(was.Constant.ToFloats(), v => left.Contains(v) ? v : 0), was.Constant.Shape);
            }
        }

        using IModelSession a = new OnnxRuntimeRunner().Load(before, new SessionOptions());
        using IModelSession b = new OnnxRuntimeRunner().Load(model, new SessionOptions());
        for (int seed = 0; seed < 2; seed++)
        {
            TensorData[] inputs = [.. a.Inputs.Select(i => Running.Random(seed, [.. i.Shape!.Dimensions.Select(d => d.Value ?? 1)]))];
            float[] expected = a.Run(inputs)[0].ToFloats();
            Assert.True(expected.Max(Math.Abs) > 1e-3, "the network answers nothing but zeros");
            Assert.True(Running.Drift(expected, b.Run(inputs)[0].ToFloats()) < 1e-5);
        }

        return string.Join(' ', model.Graph.Constants.Where(v => v.Constant!.Type == DataType.Float32 && v.Constant.Shape.Rank > 0).Select(v => string.Join('x', v.Constant!.Shape.ToArray())));
    }
}
