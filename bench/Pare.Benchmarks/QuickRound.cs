using System.Globalization;
using Pare.Codecs;
using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Passes.Round;

namespace Pare.Benchmarks;

/// <summary>Rounding and gzip sizes of a frozen graph: <c>--quick round MODEL.pb</c>.</summary>
internal static class QuickRound
{
    public static void Run(QuickTable table, string path)
    {
        table.Row("open " + Path.GetFileName(path), () => $"{Read(path).Graph.Nodes.Count} nodes");
        foreach (RoundRule rule in Enum.GetValues<RoundRule>())
        {
            foreach (int levels in new[] { 32, 64, 128, 256 })
            {
                RoundOptions options = new() { Rule = rule, Levels = levels };
                table.Row($"round {rule} {levels}, pass alone", () => $"{new RoundPass(options).Run(Read(path), new PassContext()).Sum(c => c.Count)} constants", 3);
                Model rounded = Read(path);
                new RoundPass(options).Run(rounded, new PassContext());
                table.Row($"round {rule} {levels}, writing", () => Write(rounded, Stream.Null), 3);
                string curve = Curve(path, rounded);
                table.Row($"round {rule} {levels}, gzip size", () => Gzip(rounded) + ", " + curve, 1);
            }
        }
    }

    // Mean over weights of each tensor's signal-to-quantization-noise ratio; tensors below 1,024 values apart.
    private static string Curve(string path, Model rounded)
    {
        double decibels = 0;
        long count = 0;
        foreach ((Value a, Value b) in Read(path).Graph.Constants.Zip(rounded.Graph.Constants))
        {
            if (a.Constant is not { Type: DataType.Float32, Count: >= 1024 } before)
            {
                continue;
            }

            float[] x = before.ToFloats();
            float[] y = b.Constant!.ToFloats();
            double signal = 0;
            double noise = 0;
            for (int i = 0; i < x.Length; i++)
            {
                signal += (double)x[i] * x[i];
                noise += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            }

            if (noise > 0)
            {
                decibels += x.Length * 10 * Math.Log10(signal / noise);
                count += x.Length;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"mean SQNR {decibels / count:F2} dB");
    }

    private static string Gzip(Model model)
    {
        using GzipSizer sizer = new();
        Write(model, sizer);
        return $"{sizer.Finish()} bytes";
    }

    private static string Write(Model model, Stream stream)
    {
        new GraphDefFormat().Write(model, new StreamTarget(stream, ".pb"));
        return "";
    }

    private static Model Read(string path) => new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(path) });
}
