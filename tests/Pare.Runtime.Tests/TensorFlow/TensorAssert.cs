using Xunit;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Compares tensors and says which element differs.</summary>
internal static class TensorAssert
{
    /// <summary>Floats within 1e-5 relative and 1e-6 absolute (NaN equals NaN), all else exactly; shapes and types the same, but bfloat16 may stand against its float32.</summary>
    public static void Close(TensorData expected, TensorData actual, string name, double relative = 1e-5, double absolute = 1e-6)
    {
        Assert.True(expected.Shape.Equals(actual.Shape), $"{name}: shape {actual.Shape}, expected {expected.Shape}");
        if (!(expected.Type == DataType.Float32 && actual.Type == DataType.BFloat16))
        {
            Assert.True(expected.Type == actual.Type, $"{name}: type {actual.Type}, expected {expected.Type}");
        }

        double[] want = Numbers(expected);
        double[] have = Numbers(actual);
        for (int i = 0; i < want.Length; i++)
        {
            bool same = want[i].Equals(have[i]) || want[i] == have[i] || (expected.Type.IsFloat() && Math.Abs(want[i] - have[i]) <= (relative * Math.Abs(want[i])) + absolute);
            Assert.True(same, $"{name}: element {i} is {have[i]:R}, expected {want[i]:R}");
        }
    }

    private static double[] Numbers(TensorData tensor) => tensor.Type == DataType.Float64
        ? tensor.ToArray<double>()
        : tensor.Type.IsFloat() ? Array.ConvertAll(tensor.ToFloats(), f => (double)f) : Array.ConvertAll(tensor.ToInt64s(), i => (double)i);
}
