using System.Runtime.InteropServices;
using CsCheck;
using Pare.Testing;
using Xunit;

namespace Pare.Codecs.Tests;

public class PlaneCoderTests
{
    private static readonly Gen<float> s_hostile = Gen.Frequency(
        (6, Gen.Float), (2, Gen.Const(0f)), (1, Gen.Const(-0f)), (1, Gen.Const(float.NaN)), (1, Gen.UInt.Select(BitConverter.UInt32BitsToSingle)), (1, Gen.Const(float.NegativeInfinity)), (1, Gen.Const(float.Epsilon)));

    [Fact]
    public void Decode_AnyBytes_GivesTheBytes() =>
        Gen.Select(Gen.Enum<PlaneElement>(), Gen.Int[0, 700], Gen.Int[0, 3], Gen.UInt).Sample(
            (element, count, skew, seed) =>
            {
                byte[] values = Skewed(count * PlaneCoder.Width(element), skew, (int)seed);
                Check(values, element, 0);
            },
            iter: 300);

    [Fact]
    public void Decode_HostileFloats_GivesEveryBit() =>
        s_hostile.Array[0, 600].Sample(values => Check(MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), PlaneElement.Float32, 0), iter: 200);

    [Theory]
    [InlineData(PlaneElement.Bytes)]
    [InlineData(PlaneElement.Float16)]
    [InlineData(PlaneElement.BFloat16)]
    [InlineData(PlaneElement.Float32)]
    [InlineData(PlaneElement.Float64)]
    public void Encode_OneToThreeThreads_GivesTheSameBytes(PlaneElement element)
    {
        byte[] values = MemoryMarshal.AsBytes(Weights(300_000).AsSpan()).ToArray();
        byte[] expected = PlaneCoder.Encode(values, element, 1);
        for (int threads = 2; threads <= 3; threads++)
        {
            Assert.Equal(expected, PlaneCoder.Encode(values, element, threads));
            Check(values, element, threads);
        }
    }

    [Fact]
    public void Encode_WeightsSetToZero_PaysOnlyForTheOthers()
    {
        float[] weights = Weights(100_000);
        for (int k = 0; k < weights.Length; k++)
        {
            weights[k] = k % 10 < 8 ? 0 : weights[k];
        }

        byte[] values = MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
        Check(values, PlaneElement.Float32, 0);
        Assert.True(PlaneCoder.Encode(values, PlaneElement.Float32).Length < values.Length * 0.27);
    }

    [Fact]
    public void Encode_FewValues_MakesAPalette()
    {
        float[] weights = Weights(100_000);
        Codebook codebook = KMeans1D.Cluster(weights, 16).Codebook;
        codebook.Snap(weights, weights);
        byte[] values = MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
        Check(values, PlaneElement.Float32, 0);
        Assert.True(PlaneCoder.Encode(values, PlaneElement.Float32).Length < weights.Length / 2 + 600);
    }

    [Theory]
    [InlineData("poets/mobilenet_v1_0.25_128_frozen.pb", 1.17)]
    public void Encode_RealGraph_FindsTheFloats(string file, double ratio)
    {
        byte[] bytes = File.ReadAllBytes(SharedFiles.InShared("models", file));
        byte[] values = bytes[..(bytes.Length / 4 * 4)];
        Check(values, PlaneElement.Bytes, 0);
        int at = bytes.AsSpan().IndexOf("MobilenetV1/Logits/Conv2d_1c_1x1/weights"u8) + 800;
        byte[] logits = bytes[at..(at + 900_000)];
        double best = Enumerable.Range(0, 4).Max(shift => (double)(logits.Length - 4) / PlaneCoder.Encode(logits.AsSpan(shift, logits.Length - 4), PlaneElement.Float32).Length);
        Assert.True(best > ratio, $"{best}");
    }

    [Fact]
    public void Decode_DamagedBytes_ThrowsTypedErrorOrGivesValues()
    {
        Random random = new(5);
        byte[] values = MemoryMarshal.AsBytes(Weights(3000).AsSpan()).ToArray();
        byte[] coded = PlaneCoder.Encode(values, PlaneElement.Float32);
        byte[] decoded = new byte[values.Length];
        int refused = 0;
        for (int k = 0; k < 3000; k++)
        {
            byte[] damaged = k % 3 == 0 ? coded[..random.Next(coded.Length)] : [.. coded];
            for (int n = random.Next(1, 4); n > 0 && k % 3 != 0; n--)
            {
                damaged[random.Next(Math.Min(damaged.Length, k % 2 == 0 ? 120 : int.MaxValue))] = (byte)random.Next(256);
            }

            try
            {
                PlaneCoder.Decode(damaged, PlaneElement.Float32, decoded);
            }
            catch (CodecException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 3000);
    }

    [Fact]
    public void BytePlane_ScalarAndVector_GiveTheSameBytes()
    {
        foreach (int count in (int[])[1, 4095, 4096, 8191, 8192, 8193, 40_000, 65_536])
        {
            byte[] bytes = Skewed(count, 2, count);
            ByteSink sink = new();
            BytePlane.Encode(bytes, sink, likelyNoise: false);
            byte[] scalar = new byte[count];
            byte[] vector = new byte[count];
            Assert.Equal(sink.Count, BytePlane.Decode(sink.Span, scalar, vector: false));
            Assert.Equal(sink.Count, BytePlane.Decode(sink.Span, vector, vector: true));
            Assert.Equal(bytes, scalar);
            Assert.Equal(bytes, vector);
        }
    }

    private static void Check(byte[] values, PlaneElement element, int threads)
    {
        byte[] coded = PlaneCoder.Encode(values, element, threads);
        byte[] decoded = new byte[values.Length];
        PlaneCoder.Decode(coded, element, decoded, threads);
        Assert.True(decoded.AsSpan().SequenceEqual(values));
        Assert.True(coded.Length <= values.Length * 1.001 + 40, $"{coded.Length} for {values.Length}");
    }

    private static float[] Weights(int count)
    {
        Random random = new(7);
        float[] weights = new float[count];
        for (int k = 0; k < count; k++)
        {
            weights[k] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 0.1);
        }

        return weights;
    }

    private static byte[] Skewed(int count, int skew, int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        for (int k = 0; k < count; k++)
        {
            bytes[k] = skew switch { 0 => bytes[k], 1 => (byte)(bytes[k] & random.Next(256)), 2 => (byte)(bytes[k] & random.Next(256) & random.Next(256)), _ => (byte)(random.Next(100) == 0 ? 1 : 0) };
        }

        return bytes;
    }
}
