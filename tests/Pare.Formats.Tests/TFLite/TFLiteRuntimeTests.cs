using Pare.Testing;
using Xunit;

namespace Pare.Formats.TFLite.Tests;

/// <summary>Files written back, in Google's own runtime: accepted, and their outputs equal to the last bit.</summary>
public sealed class TFLiteRuntimeTests
{
    // All models, and one in three of the operators' files. basic_pitch resizes its outputs at run time, which the runtime's web build gives back unwritten.
    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        foreach (string file in Directory.EnumerateFiles(SharedFiles.Samples, "*.tflite", SearchOption.AllDirectories)
            .Concat(SharedFiles.Find("models", "*.tflite").Where(f => Path.GetFileName(f) != "basic_pitch.tflite"))
            .Concat(SharedFiles.Find("golden/tflite-ops", "*.tflite").Where((_, i) => i % 3 == 0)).Order(StringComparer.Ordinal))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_NothingChanged_SameOutputsInLiteRt(string file)
    {
        byte[] before = File.ReadAllBytes(file);
        byte[] after = TFLiteRoundTripTests.Written(TFLiteRoundTripTests.Read(before));
        string expected = Answer(before);
        Assert.Equal(expected, Answer(after));
    }

    // What the runtime gives on one seeded input, or why it does not run the file.
    private static string Answer(byte[] bytes)
    {
        try
        {
            using LiteRtModel model = LiteRtModel.Load(bytes);
            Random random = new(7);
            IReadOnlyList<TensorData> outputs = model.Run([.. model.Inputs.Select(i => Tensor(i, random))]);
            return string.Join(' ', outputs.Select(o => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(o.GetBytes()))));
        }
        catch (LiteRtException e)
        {
            return e.GetType().Name;
        }
    }

    // Small integers, which also serve as indices.
    private static DenseTensorData Tensor(LiteRtTensor input, Random random)
    {
        byte[] bytes = new byte[input.Type.ByteLength(input.Shape.Count)];
        switch (input.Type)
        {
            case DataType.Float32:
                float[] values = [.. Enumerable.Range(0, (int)input.Shape.Count).Select(_ => random.NextSingle())];
                return DenseTensorData.Create(values, input.Shape);
            case DataType.Int8 or DataType.UInt8 or DataType.Int16:
                random.NextBytes(bytes);
                break;
            default:
                int size = input.Type.BitWidth() / 8;
                for (int i = 0; i < bytes.Length; i += Math.Max(1, size))
                {
                    bytes[i] = (byte)random.Next(2);
                }

                break;
        }

        return new DenseTensorData(input.Type, input.Shape, bytes);
    }
}
