using System.Globalization;
using System.Text.Json;
using Pare.Formats;
using Pare.Formats.TFLite;

namespace Pare.Workflows;

/// <summary>Times a TFLite model in Google's LiteRT, in a Node process of its own. Stateless.</summary>
internal static class LiteRtBenchmark
{
    // Later runs tell no more than the first.
    private const int LongestProfile = 100;

    /// <summary>Times a model.</summary>
    /// <exception cref="UsageException">The model is no TFLite model, or a batch was asked for that it fixes otherwise.</exception>
    public static ModelTiming Measure(string path, BenchmarkOptions options)
    {
        OpenedModel opened = ModelFile.Open(path);
        if (!ReferenceEquals(opened.Model.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"LiteRT runs .tflite models, this is {opened.Format.Name}: 'pare convert {path} -o OUT.tflite' first, or leave --runtime at onnxruntime", path);
        }

        if (options.Batch > 1)
        {
            SetBatch(opened.Model, options.Batch, path);
        }

        string? profiler = options.Profile ? LiteRtPackage.FindProfiler(options.LiteRtFolder) : null;
        using LiteRtHost host = LiteRtHost.Start(options.LiteRtFolder);
        ReadOnlyMemory<byte> file = Bytes(opened, options.Batch > 1);
        JsonElement loaded = host.Ask(string.Create(CultureInfo.InvariantCulture, $$"""{"op":"load","engine":"litert","sizes":[{{file.Length}}]}"""), file);
        ReadOnlyMemory<byte>[] blobs = Inputs(opened.Model.Graph, loaded, options, path);
        string request = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"op":"time","id":{{loaded.GetProperty("id").GetInt32()}},"runs":{{options.Runs}},"seconds":{{options.MinSeconds}},"longest":{{options.MaxSeconds}},"warmUps":{{options.WarmUp}},"warmUpSeconds":{{options.WarmUpSeconds}},"sizes":[{{string.Join(',', blobs.Select(b => b.Length))}}]}""");
        ModelTiming timing = Read(path, opened, host.Ask(request, blobs), options.Batch);
        return profiler is null ? timing : timing with { Profile = Profile(opened.Model.Graph, file, options, path) };
    }

    // In a process of its own, so that the timed one stays free of it.
    private static OperatorProfile Profile(Graph graph, ReadOnlyMemory<byte> file, BenchmarkOptions options, string path)
    {
        using LiteRtHost host = LiteRtHost.Start(options.LiteRtFolder);
        JsonElement loaded = host.Ask(string.Create(CultureInfo.InvariantCulture, $$"""{"op":"load","engine":"tflite","profile":true,"sizes":[{{file.Length}}]}"""), file);
        ReadOnlyMemory<byte>[] blobs = Inputs(graph, loaded, options, path);
        int runs = Math.Clamp(options.Runs, 2, LongestProfile);
        string request = string.Create(CultureInfo.InvariantCulture, $$"""{"op":"profile","id":{{loaded.GetProperty("id").GetInt32()}},"runs":{{runs}},"sizes":[{{string.Join(',', blobs.Select(b => b.Length))}}]}""");
        return LiteRtProfile.Read(host.Ask(request, blobs).GetProperty("summary").GetString()!, runs);
    }

    private static ReadOnlyMemory<byte>[] Inputs(Graph graph, JsonElement loaded, BenchmarkOptions options, string path)
    {
        Dictionary<string, Value> values = graph.Inputs.ToDictionary(v => v.Name, StringComparer.Ordinal);
        Value[] ordered = [.. loaded.GetProperty("inputs").EnumerateArray().Select((t, i) => values.GetValueOrDefault(t.GetProperty("name").GetString()!) ?? graph.Inputs[i])];
        IReadOnlyList<TensorData> inputs = ModelBenchmark.Inputs(ordered.Select(v => new ValueDescription(v.Name, v.Type, Closed(v.Shape))), options, path);
        return [.. inputs.Select(t => (ReadOnlyMemory<byte>)t.GetBytes().ToArray())];
    }

    // The npm package resizes no tensors: the file states the batch wherever the model leaves it open.
    private static void SetBatch(Model model, int batch, string path)
    {
        if (!model.Graph.Inputs.Any(ModelBenchmark.TakesBatch))
        {
            throw ModelBenchmark.FixedBatch(model.Graph.Inputs.Select(v => new ValueDescription(v.Name, v.Type, v.Shape)), batch, path);
        }

        foreach (Value v in model.Graph.Inputs.Concat(model.Graph.Nodes.SelectMany(n => n.Outputs)).Where(ModelBenchmark.TakesBatch))
        {
            v.Shape = new SymbolicShape([batch, .. v.Shape!.Dimensions.AsSpan()[1..]]);
        }
    }

    private static ModelTiming Read(string path, OpenedModel opened, JsonElement answer, int batch)
    {
        TimingStatistics s = TimingStatistics.Of(answer.GetProperty("times").EnumerateArray().Select(t => t.GetDouble()));
        return new ModelTiming
        {
            Model = path,
            Batch = batch,
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
            ArenaBytes = ModelBenchmark.Arena(opened.Model, batch),
            SessionBytes = Math.Max(0, answer.GetProperty("grown").GetInt64()),
            PeakBytes = answer.GetProperty("peak").GetInt64(),
        };
    }

    private static ReadOnlyMemory<byte> Bytes(OpenedModel opened, bool changed)
    {
        if (opened.Format is TFLiteFormat && !changed)
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
