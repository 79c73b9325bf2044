using Pare.Formats;
using Pare.Formats.TFLite;
using Pare.Runtime;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Conversions;

/// <summary>Writes a converted model and asks LiteRT what it computes.</summary>
internal static class Lite
{
    /// <summary>A context whose passes can compute.</summary>
    public static PassContext Context => new() { Runner = new OnnxRuntimeRunner(), Threads = 1 };

    /// <summary>The file's bytes.</summary>
    public static byte[] Bytes(Model model)
    {
        using MemoryStream stream = new();
        new TFLiteFormat().Write(model, new StreamTarget(stream, ".tflite"));
        return stream.ToArray();
    }

    /// <summary>Runs a model with the tensors given by its inputs' names.</summary>
    public static IReadOnlyDictionary<string, TensorData> Run(Model model, IReadOnlyDictionary<string, TensorData> inputs)
    {
        using LiteRtModel lite = LiteRtModel.Load(Bytes(model));
        return lite.Run(inputs);
    }

    /// <summary>Floats within a tolerance relative to the largest magnitude, all else exactly. Where the runtime tells no shape the number of elements must agree.</summary>
    public static void AssertClose(TensorData expected, TensorData actual, string name, double relative = 1e-5, double absolute = 1e-6)
    {
        Assert.True(expected.Count == actual.Count, $"{name}: {actual.Shape}, expected {expected.Shape}");
        double[] want = Numbers(expected);
        double[] have = Numbers(actual);
        double largest = want.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < want.Length; i++)
        {
            bool same = want[i].Equals(have[i]) || want[i] == have[i] || (expected.Type.IsFloat() && Math.Abs(want[i] - have[i]) <= (relative * largest) + absolute);
            Assert.True(same, $"{name}: element {i} is {have[i]:R}, expected {want[i]:R} (largest {largest:G4})");
        }
    }

    private static double[] Numbers(TensorData tensor) => tensor.Type == DataType.Float64
        ? tensor.ToArray<double>()
        : tensor.Type.IsFloat() ? Array.ConvertAll(tensor.ToFloats(), f => (double)f) : Array.ConvertAll(tensor.ToInt64s(), i => (double)i);
}
