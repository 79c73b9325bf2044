using System.Diagnostics;
using System.Globalization;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Quantizing;

/// <summary>
/// Every scheme on every model of some folders: each gives a file that LiteRT takes and answers sanely, or a typed refusal. Explicit, since it takes minutes: <c>PARE_SWEEP</c> names files
/// or folders (default: the shared models and operators), <c>PARE_SWEEP_SCHEMES</c> some of the schemes, <c>PARE_SWEEP_TABLE</c> the file for its table.
/// </summary>
public class QuantizeSweep
{
    private const int Samples = 6;

    private static readonly (string Name, string Scheme, string Io, string Granularity, bool Calibrated, double LeastDb)[] s_schemes =
    [
        ("float16", "float16", "float", "channel", false, 30),
        ("dynamic", "dynamic", "float", "channel", false, 12),
        ("weights-int8", "weights-int8", "float", "channel", false, 12),
        ("weights-int4", "weights-int4", "float", "channel", false, 0),
        ("weights-int4 group", "weights-int4", "float", "group:32", false, 0),
        ("weights-int4 samples", "weights-int4", "float", "channel", true, 0),
        ("int8", "int8", "float", "channel", true, 6),
        ("int8 io", "int8", "int8", "channel", true, 6),
        ("int8 tuned", "int8", "uint8", "channel", true, 6),
        ("int16x8", "int16x8", "float", "channel", true, 12),
    ];

    [Fact(Explicit = true)]
    public void Quantize_EverySchemeOfEveryModel_RunsOrIsRefused()
    {
        string[] roots = Environment.GetEnvironmentVariable("PARE_SWEEP")?.Split(':') ?? [SharedFiles.InShared("models", "keras"), SharedFiles.InShared("models", "mlperf-tiny"), SharedFiles.InShared("models", "wild"), SharedFiles.InShared("golden", "tflite-ops")];
        string[] suffixes = [".h5", ".hdf5", ".keras", ".pb", ".onnx", ".tflite"];
        string[] files = [.. roots.SelectMany(r => File.Exists(r) ? [r] : Directory.EnumerateFiles(r)).Where(f => suffixes.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal)];
        string? path = Environment.GetEnvironmentVariable("PARE_SWEEP_TABLE");
        using TextWriter table = path is null ? new StringWriter() : File.CreateText(path);
        int failures = 0;
        foreach (string file in files)
        {
            failures += Sweep(file, table);
            table.Flush();
        }

        TestContext.Current.SendDiagnosticMessage(table.ToString() ?? "");
        Assert.Equal(0, failures);
    }

    private static int Sweep(string file, TextWriter table)
    {
        string name = Path.GetFileName(file);
        Model real;
        IReadOnlyList<ValueDescription> inputs;
        IReadOnlyList<IReadOnlyList<TensorData>> samples;
        using TemporaryFolder folder = new();
        try
        {
            real = new ConvertStep { To = "tflite" }.Apply(ModelFile.Open(file).Model, new PassContext { Runner = new OnnxRuntimeRunner() }).Model;
            using IModelSession session = new OnnxRuntimeRunner().Load(real);
            inputs = [.. session.Inputs.Select(i => i with { Shape = Closed(i.Shape) })];
            samples = [.. RandomDataset.Create(inputs, Samples, 1).Read([.. Enumerable.Range(0, Samples)]).Select(s => (IReadOnlyList<TensorData>)[.. ((TensorContent)s.Load()).Tensors.Select(t => t.Value)])];
            using FileStream npz = File.Create(folder["data.npz"]);
            NpzWriter.Write(npz, inputs.Select((input, i) => KeyValuePair.Create(input.Name, Stack([.. samples.Select(s => s[i])]))));
        }
        catch (PareException e)
        {
            table.WriteLine($"{name}\t-\tnot tried\t{Line(e)}");
            return 0;
        }

        Dictionary<string, TensorData> first = inputs.Select((input, i) => KeyValuePair.Create(input.Name, (TensorData)Filled(samples[0][i], input))).ToDictionary();
        IReadOnlyDictionary<string, TensorData> expected;
        try
        {
            using LiteRtModel original = LiteRtModel.Load(TFLiteBytes.Of(real));
            expected = original.Run(first);
        }
        catch (LiteRtException e)
        {
            table.WriteLine($"{name}\t-\treal model not run\t{Line(e)}");
            return 0;
        }

        // The web runtime leaves some models' outputs unfilled.
        using (IModelSession own = new OnnxRuntimeRunner().Load(real))
        {
            IReadOnlyList<TensorData> same = own.Run([.. own.Inputs.Select(i => first[i.Name])]);
            if (real.Graph.Outputs.Select((v, i) => Decibels.Sqnr(same[i].ToFloats(), expected[v.Name].ToFloats())).Any(db => !(db > 40)))
            {
                table.WriteLine($"{name}\t-\tnot judged\tthe real model's answers are not finite, or LiteRT's and Pare's differ");
                return 0;
            }
        }

        string[]? wanted = Environment.GetEnvironmentVariable("PARE_SWEEP_SCHEMES")?.Split(',');
        return s_schemes.Where(s => wanted is null || wanted.Contains(s.Name)).Count(s => !Try(name, real, s, first, expected, folder["data.npz"], table));
    }

    private static bool Try(
        string name, Model real, (string Name, string Scheme, string Io, string Granularity, bool Calibrated, double LeastDb) s, Dictionary<string, TensorData> inputs, IReadOnlyDictionary<string, TensorData> expected, string data, TextWriter table)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string row = $"{name}\t{s.Name}";
        try
        {
            QuantizeStep step = new()
            {
                Scheme = s.Scheme,
                Io = s.Io,
                Granularity = s.Granularity,
                Calibration = s.Calibrated ? new CalibrationSource { Data = data } : null,
                Tuning = s.Name.EndsWith("tuned", StringComparison.Ordinal) ? [WeightTuning.Equalize, WeightTuning.Mse, WeightTuning.Bias] : null,
            };
            PassContext context = new() { Runner = new OnnxRuntimeRunner() };
            Model model = step.Apply(real.Clone(), context).Model;
            GraphVerifier.Verify(model);
            ReadOnlyMemory<byte> bytes = TFLiteBytes.Of(model);
            using LiteRtModel running = LiteRtModel.Load(bytes);
            Dictionary<string, Value> ends = model.Graph.Inputs.Concat(model.Graph.Outputs).DistinctBy(v => v.Name).ToDictionary(v => v.Name);
            IReadOnlyDictionary<string, TensorData> answers = running.Run(inputs.ToDictionary(p => p.Key, p => Coded(p.Value, ends[p.Key])));
            double db = expected.Where(e => e.Value.Type == DataType.Float32).Select(e => Decibels.Sqnr(e.Value.ToFloats(), Decoded(answers[e.Key], ends[e.Key]))).DefaultIfEmpty(double.PositiveInfinity).Min();
            using IModelSession own = new OnnxRuntimeRunner().Load(model);
            IReadOnlyList<TensorData> same = own.Run([.. own.Inputs.Select(i => Coded(inputs[i.Name], ends[i.Name]))]);
            double agreement = model.Graph.Outputs.Select((v, i) => v.Type == DataType.String ? double.PositiveInfinity : Decibels.Sqnr(Decoded(answers[v.Name], v), Decoded(same[i], v))).DefaultIfEmpty(double.PositiveInfinity).Min();
            bool sane = db >= s.LeastDb && agreement >= 30;
            table.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row}\t{(sane ? "ok" : "LOW")}\t{bytes.Length} bytes, {db:0.0} dB, {agreement:0.0} dB to Pare's own run, {clock.Elapsed.TotalSeconds:0.0} s, {context.Diagnostics.Count} warnings"));
            return sane;
        }
        catch (PareException e)
        {
            table.WriteLine($"{row}\trefused\t{Line(e)}");
            return true;
        }
        catch (Exception e)
        {
            table.WriteLine($"{row}\tFAILED\t{e.GetType().Name}: {Line(e)} {e.StackTrace?.Split('\n')[0].Trim()}");
            return false;
        }
    }

    private static string Line(Exception e) => e.Message.ReplaceLineEndings(" ") is { Length: > 300 } text ? text[..300] : e.Message.ReplaceLineEndings(" ");

    private static SymbolicShape? Closed(SymbolicShape? shape) => shape is null ? null : new SymbolicShape([.. shape.Dimensions.Select(d => (Dimension)(d.Value ?? 1))]);

    private static TensorData Stack(TensorData[] tensors) => new DenseTensorData(tensors[0].Type, new TensorShape([tensors.Length, .. tensors[0].Shape.Dimensions]), tensors.SelectMany(t => t.GetBytes().ToArray()).ToArray());

    // A fixed batch is filled by repeating.
    private static DenseTensorData Filled(TensorData sample, ValueDescription input)
    {
        TensorShape shape = input.Shape!.ToStatic()!;
        long times = sample.Count == 0 ? 1 : shape.Count / sample.Count;
        return new DenseTensorData(sample.Type, shape, Enumerable.Range(0, (int)times).SelectMany(_ => sample.GetBytes().ToArray()).ToArray());
    }

    private static TensorData Coded(TensorData values, Value input)
    {
        if (values.Type == input.Type || input.Quantization is not { } q)
        {
            return values;
        }

        float[] codes = [.. values.ToFloats().Select(v => (float)Math.Clamp(Math.Round(v / (double)q.Scales[0]) + q.ZeroPoints[0], input.Type == DataType.UInt8 ? 0 : -128, input.Type == DataType.UInt8 ? 255 : 127))];
        return new DenseTensorData(input.Type, values.Shape, codes.Select(c => unchecked((byte)(int)c)).ToArray());
    }

    private static float[] Decoded(TensorData answer, Value output) => output.Type != DataType.Float32 && output.Quantization is { } q
        ? [.. answer.ToFloats().Select(c => q.Scales[0] * (c - q.ZeroPoints[0]))]
        : answer.ToFloats();
}
