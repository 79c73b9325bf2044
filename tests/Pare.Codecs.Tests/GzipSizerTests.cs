using System.Diagnostics;
using System.IO.Compression;
using Pare.Testing;
using Xunit;

namespace Pare.Codecs.Tests;

public sealed class GzipSizerTests
{
    [Theory]
    [InlineData("poets/retrained_graph_6class.pb", 1811363)]
    [InlineData("poets/optimized_graph_6class.pb", 1808158)]
    [InlineData("poets/mobilenet_v1_0.25_128_quantized.pb", 814007)]
    [InlineData("poets-flowers/rounded_graph.pb", 656138)]
    [InlineData("poets-flowers/weights_optimized_graph.pb", 404633)]
    public void Finish_RealGraphs_GivesGzipsOwnSize(string file, long expected)
    {
        using GzipSizer sizer = new();
        byte[] bytes = File.ReadAllBytes(SharedFiles.InShared("models", file));

        // In uneven parts, as a writer would.
        for (int at = 0, step = 1; at < bytes.Length; at += step, step = step * 3 % 70001 + 1)
        {
            sizer.Write(bytes.AsSpan(at, Math.Min(step, bytes.Length - at)));
        }

        Assert.InRange(sizer.Finish(), expected * 0.9995, expected * 1.0005);
        Assert.Equal(sizer.Finish(), GzipSizer.Measure(bytes));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("zeros")]
    [InlineData("random")]
    [InlineData("few")]
    [InlineData("short")]
    [InlineData("empty")]
    [InlineData("runs")]
    public void Measure_MadeUpBytes_GivesTheSizeOfTheTool(string kind)
    {
        Random random = new(1);
        byte[] bytes = kind switch
        {
            "text" => [.. Enumerable.Range(0, 200_000).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"line {i * 7919 % 1000} of {i % 13}\n"))],
            "zeros" => new byte[1_000_000],
            "random" => Filled(300_000, _ => (byte)random.Next(256)),
            "few" => Filled(700_000, _ => (byte)random.Next(7)),
            "short" => [1, 2, 3],
            "empty" => [],
            _ => Filled(900_000, i => (byte)(i / 1000 * 31 % 251 + (random.Next(50) == 0 ? 1 : 0))),
        };
        Assert.InRange(GzipSizer.Measure(bytes), WithTool(bytes) * 0.999 - 1, WithTool(bytes) * 1.001 + 1);
    }

    [Fact]
    public void Reset_AfterUse_StartsAnew()
    {
        using GzipSizer sizer = new();
        sizer.Write(new byte[1000]);
        long first = sizer.Finish();
        Assert.Throws<InvalidOperationException>(() => sizer.WriteByte(1));
        sizer.Reset();
        sizer.Write(new byte[1000]);
        Assert.Equal(first, sizer.Finish());
    }

    private static byte[] Filled(int count, Func<int, byte> value) => [.. Enumerable.Range(0, count).Select(value)];

    private static long WithTool(byte[] bytes)
    {
        const string Tool = "/usr/bin/gzip";
        Assert.SkipUnless(File.Exists(Tool), "needs GNU gzip");
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            using Process process = Process.Start(new ProcessStartInfo(Tool, ["-6", "-n", "-c", path]) { RedirectStandardOutput = true })!;
            using MemoryStream output = new();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            output.Position = 0;
            using GZipStream back = new(output, CompressionMode.Decompress, leaveOpen: true);
            Assert.Equal(bytes.Length == 0 ? -1 : bytes[0], back.ReadByte());
            return output.Length;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
