using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Compares tensors as the runtime's own kernels agree with each other.</summary>
internal static class TFLiteAssert
{
    /// <summary>Floats within a part of the largest magnitude, integers within a number of steps; shapes and types the same.</summary>
    public static void Close(TensorData expected, TensorData actual, string name, double steps, double relative = 1e-5)
    {
        Assert.True(expected.Shape.Equals(actual.Shape), $"{name}: shape {actual.Shape}, expected {expected.Shape}");
        Assert.True(expected.Type == actual.Type, $"{name}: type {actual.Type}, expected {expected.Type}");
        double[] want = Array.ConvertAll(expected.ToFloats(), f => (double)f);
        double[] have = Array.ConvertAll(actual.ToFloats(), f => (double)f);
        double largest = want.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        double allowed = expected.Type.IsFloat() ? relative * Math.Max(largest, 1e-3) : steps;
        double worst = 0;
        int at = -1;
        int differing = 0;
        for (int i = 0; i < want.Length; i++)
        {
            double off = want[i].Equals(have[i]) || want[i] == have[i] ? 0 : Math.Abs(want[i] - have[i]);
            differing += off > 0 ? 1 : 0;
            if (off > worst || double.IsNaN(off))
            {
                (worst, at) = (double.IsNaN(off) ? double.PositiveInfinity : off, i);
            }
        }

        Assert.True(worst <= allowed, at < 0 ? name : $"{name}: element {at} is {have[at]:R}, expected {want[at]:R} ({differing} of {want.Length} differ)");
    }
}
