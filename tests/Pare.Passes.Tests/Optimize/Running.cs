using Pare.Evaluation;
using Pare.Formats;
using Pare.Passes.Optimize;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>Opens, optimises and runs models.</summary>
internal static class Running
{
    public static PassContext Context => new() { Runner = new OnnxRuntimeRunner() };

    public static Model Open(string path) => ModelFile.Open(path).Model;

    public static IReadOnlyList<Change> Optimize(Model model, OptimizeOptions? options = null, PassContext? context = null) =>
        OptimizePipeline.Create(model, options ?? new OptimizeOptions()).Run(model, context ?? Context);

    public static int Count(Model model, string @operator) => model.Graph.Nodes.Count(n => n.Operator == @operator);

    public static float[] Run(Model model, IReadOnlyDictionary<string, TensorData> feeds, string output)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Feeds = [.. feeds.Keys], Fetches = [output] });
        return session.Run([.. session.Inputs.Select(i => feeds.TryGetValue(i.Name, out TensorData? fed) ? fed : feeds[i.Name.Split(':')[0]])])[0].ToFloats();
    }

    public static TensorData Random(int seed, params long[] shape)
    {
        Random random = new(seed);
        TensorShape s = new(shape);
        float[] values = new float[s.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return DenseTensorData.Create(values, s);
    }

    /// <summary>Largest difference over the largest magnitude of <paramref name="expected"/>.</summary>
    public static double Drift(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Max(v => Math.Abs((double)v));
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(scale, 1e-30);
    }

    public static TensorData Npz(string path, string key)
    {
        using NpzFile file = NpzFile.Open(path);
        return file.Read(key);
    }

    public static string Summary(Model model) => string.Join(" ", model.Graph.Nodes.GroupBy(n => n.Operator).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}:{g.Count()}"));
}
