using System.Text.Json;
using Pare.Formats;
using Pare.Formats.TFLite;

namespace Pare.Workflows;

/// <summary>
/// Runs TFLite models in Google's LiteRT, one after another in a Node process of its own, which starts with the first model. The runtime's WebAssembly build computes on one thread
/// and takes 1 for extents that a model leaves open. Safe for several threads; runs wait for each other.
/// </summary>
public sealed class LiteRtRunner : IModelRunner, IDisposable
{
    private readonly string? _folder;
    private readonly Lock _lock = new();
    private LiteRtHost? _host;

    /// <summary>Creates a runner.</summary>
    /// <param name="folder">The folder with the npm package; null to look for it (see <see cref="LiteRtPackage"/>).</param>
    public LiteRtRunner(string? folder = null) => _folder = folder;

    /// <inheritdoc/>
    /// <exception cref="UsageException">The model is no TFLite model, inner values are to be fed, or a name is not in the model.</exception>
    /// <exception cref="UnsupportedModelException">LiteRT refuses the model (the message is its own), or the model keeps a state from run to run.</exception>
    /// <exception cref="IOException">Node or the package is not there.</exception>
    public IModelSession Load(Model model, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new SessionOptions();
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"LiteRT runs .tflite models, this one is of {model.Vocabulary.Name} operators: 'pare convert' it first, or leave --runtime at onnxruntime");
        }

        if (model.Graph.Variables.Count > 0)
        {
            throw new UnsupportedModelException("LiteRT's npm package cannot set the state of a model that keeps one back to its beginning; leave --runtime at onnxruntime", []);
        }

        Model running = WithOutputs(model, options.Fetches);
        Value[] feeds = Feeds(running, options.Feeds);
        using MemoryStream file = new();
        new TFLiteFormat().Write(running, new StreamTarget(file, ".tflite"));
        ReadOnlyMemory<byte> bytes = file.GetBuffer().AsMemory(0, (int)file.Length);
        (JsonElement loaded, _) = Ask($$"""{"op":"load","engine":"litert","sizes":[{{bytes.Length}}]}""", bytes);
        return new LiteRtSession(this, loaded, feeds, [.. running.Graph.Outputs], options.Fetches);
    }

    /// <inheritdoc/>
    public void Dispose() => _host?.Dispose();

    internal (JsonElement Header, byte[][] Blobs) Ask(string header, params ReadOnlySpan<ReadOnlyMemory<byte>> blobs)
    {
        lock (_lock)
        {
            _host ??= LiteRtHost.Start(_folder);
            return _host.Exchange(header, blobs);
        }
    }

    // Inner values become outputs of a copy; its signature is then that of its graph.
    private static Model WithOutputs(Model model, IReadOnlyList<string>? fetches)
    {
        if (fetches is null || fetches.All(f => model.Graph.Outputs.Any(o => o.Name == f)))
        {
            return model;
        }

        Model copy = model.Clone();
        copy.Extension = null;
        Value[] wanted = [.. fetches.Select(f => copy.Graph.FindValue(f) ?? throw new UsageException($"the model has no value '{f}'; its outputs are {string.Join(", ", model.Graph.Outputs.Select(v => v.Name))}"))];
        copy.Graph.Outputs.Clear();
        foreach (Value value in wanted.Distinct())
        {
            copy.Graph.Outputs.Add(value);
        }

        return copy;
    }

    private static Value[] Feeds(Model model, IReadOnlyList<string>? names)
    {
        Value[] inputs = [.. model.Graph.Inputs];
        if (names is null)
        {
            return inputs;
        }

        Value[] feeds = [.. names.Select(n => inputs.FirstOrDefault(v => v.Name == n) ?? throw new UsageException($"LiteRT takes the model's inputs ({string.Join(", ", inputs.Select(v => v.Name))}) alone, not '{n}'"))];
        return feeds.Length == inputs.Length ? feeds : throw new UsageException($"LiteRT needs all inputs of the model: {string.Join(", ", inputs.Select(v => v.Name))}");
    }
}
