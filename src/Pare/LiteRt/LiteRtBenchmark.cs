using System.Globalization;
using System.Text.Json;
using Pare.Formats;
using Pare.Formats.TFLite;

namespace Pare.Workflows;

/// <summary>Times a TFLite model in Google's LiteRT, in a Node process of its own. Stateless.</summary>
internal static class LiteRtBenchmark
{
    /// <summary>Times a model.</summary>
    /// <exception cref="UsageException">The model is no TFLite model, or a batch was asked for.</exception>
    public static ModelTiming Measure(string path, BenchmarkOptions options)
    {
        OpenedModel opened = ModelFile.Open(path);
        if (!ReferenceEquals(opened.Model.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"LiteRT runs .tflite models, this is {opened.Format.Name}: 'pare convert {path} -o OUT.tflite' first, or leave --runtime at onnxruntime", path);
        }

        if (options.Batch > 1)
        {
            throw new UsageException($"--batch {options.Batch}: LiteRT's npm package runs models at the batch they state", path);
        }

        using LiteRtHost host = LiteRtHost.Start(options.LiteRtFolder);
        ReadOnlyMemory<byte> file = Bytes(opened);
        JsonElement loaded = host.Ask(string.Create(CultureInfo.InvariantCulture, $$"""{"op":"load","engine":"litert","sizes":[{{file.Length}}]}"""), file);
        Dictionary<string, Value> values = opened.Model.Graph.Inputs.ToDictionary(v => v.Name, StringComparer.Ordinal);
        Value[] ordered = [.. loaded.GetProperty("inputs").EnumerateArray().Select((t, i) => values.GetValueOrDefault(t.GetProperty("name").GetString()!) ?? opened.Model.Graph.Inputs[i])];
        IReadOnlyList<TensorData> inputs = ModelBenchmark.Inputs(ordered.Select(v => new ValueDescription(v.Name, v.Type, Closed(v.Shape))), options, path);
        ReadOnlyMemory<byte>[] blobs = [.. inputs.Select(t => (ReadOnlyMemory<byte>)t.GetBytes().ToArray())];
        string request = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"op":"time","id":{{loaded.GetProperty("id").GetInt32()}},"runs":{{options.Runs}},"seconds":{{options.MinSeconds}},"longest":{{options.MaxSeconds}},"warmUps":{{options.WarmUp}},"warmUpSeconds":{{options.WarmUpSeconds}},"sizes":[{{string.Join(',', blobs.Select(b => b.Length))}}]}""");
        return Read(path, opened, host.Ask(request, blobs));
    }

    private static ModelTiming Read(string path, OpenedModel opened, JsonElement answer)
    {
        TimingStatistics s = TimingStatistics.Of(answer.GetProperty("times").EnumerateArray().Select(t => t.GetDouble()));
        return new ModelTiming
        {
            Model = path,
            Batch = 1,
            Runs = s.Runs,
            LoadMs = answer.GetProperty("loadMs").GetDouble(),
            FirstMs = answer.GetProperty("firstMs").GetDouble(),
            WarmUpMs = answer.GetProperty("warmUpMs").GetDouble(),
            MinMs = s.Min,
            P5Ms = s.P5,
            MedianMs = s.Median,
            MeanMs = s.Mean,
            DeviationMs = s.Deviation,
            P95Ms = s.P95,
            MaxMs = s.Max,
            ModelBytes = opened.FileBytes,
            ArenaBytes = ModelBenchmark.Arena(opened.Model, 1),
            SessionBytes = Math.Max(0, answer.GetProperty("grown").GetInt64()),
            PeakBytes = answer.GetProperty("peak").GetInt64(),
        };
    }

    private static ReadOnlyMemory<byte> Bytes(OpenedModel opened)
    {
        if (opened.Format is TFLiteFormat)
        {
            return opened.Content.ToMemory();
        }

        using MemoryStream stream = new();
        new TFLiteFormat().Write(opened.Model, new StreamTarget(stream, ".tflite"));
        return stream.ToArray();
    }

    // The runtime takes 1 for what the model leaves open.
    private static SymbolicShape? Closed(SymbolicShape? shape) => shape is null ? null : new SymbolicShape([.. shape.Dimensions.Select(d => (Dimension)(d.Value ?? 1))]);
}
