using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.Onnx;
using Pare.Formats.TensorFlow;
using Xunit;

namespace Pare.Runtime.Tests.Models;

/// <summary>Reads models and compares what they give.</summary>
internal static class ModelFile
{
    public static Model Read(string path) => Read(ByteSource.FromFile(path), path);

    public static Model Read(ByteSource bytes, string path)
    {
        ModelSource source = new() { Bytes = bytes, Name = path, Folder = Path.GetDirectoryName(path), Suffix = Path.GetExtension(path) };
        return path.EndsWith(".onnx", StringComparison.Ordinal) ? new OnnxFormat().Read(source) : new GraphDefFormat().Read(source);
    }

    public static TensorData Array(string path) => NpyReader.ReadFile(path);

    public static double MaxDifference(TensorData expected, TensorData actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        float[] a = expected.ToFloats();
        float[] b = actual.ToFloats();
        double worst = 0;
        for (int i = 0; i < a.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs((double)a[i] - b[i]));
        }

        return worst;
    }
}
