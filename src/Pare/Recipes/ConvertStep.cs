using System.Text.Json.Serialization;
using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Carries a model over into another format. Preserves values.</summary>
public sealed record ConvertStep : RecipeStep
{
    // Conversions reorder floating-point work: what the recorded graphs agree within.
    private const double Drift = 1e-5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "convert";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Converts => true;

    /// <summary>Name of the format to convert to, such as <c>onnx</c>.</summary>
    public required string To { get; init; }

    /// <summary>Names of values to feed; empty for the model's own inputs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Names of values to keep; empty for the model's own outputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Inputs that become constants, with their values.</summary>
    public IReadOnlyDictionary<string, string> Freeze { get; init; } = new Dictionary<string, string>();

    /// <summary>Shapes of inputs that the model leaves open: extents separated by commas, -1 for one that stays open.</summary>
    public IReadOnlyDictionary<string, string> Shapes { get; init; } = new Dictionary<string, string>();

    /// <summary>The step that converts to the format of a file's suffix.</summary>
    /// <exception cref="UsageException">No format has that suffix.</exception>
    public static ConvertStep ForFile(string path)
    {
        IModelFormat format = ModelFile.FormatOf(path)
            ?? throw new UsageException($"'{path}': no format has this suffix; known are {string.Join(", ", ModelFormats.All.SelectMany(f => f.Suffixes))}", path);
        return new ConvertStep { To = format.Name };
    }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        IModelFormat format = ModelFormats.All.FirstOrDefault(f => f.Name == To) ?? throw new UsageException($"'{To}' is no format; known are {string.Join(", ", ModelFormats.All.Select(f => f.Name))}");
        List<Change> changes = [];
        IReadOnlyDictionary<string, TensorData> frozen = new Dictionary<string, TensorData>();
        if (Inputs.Count + Outputs.Count + Freeze.Count > 0)
        {
            StepOutcome prepared = new OptimizeStep { Inputs = Inputs, Outputs = Outputs, Freeze = Freeze }.Apply(model, context);
            model = prepared.Model;
            changes.AddRange(prepared.Changes);
            frozen = prepared.Frozen;
        }

        InputShapes.Apply(model, Shapes);
        if (ReferenceEquals(format.Vocabulary, model.Vocabulary))
        {
            return new StepOutcome { Model = model, Changes = changes, StatedDrift = changes.Count == 0 ? 0 : Drift, Frozen = frozen };
        }

        IReadOnlyList<Conversion> route = Conversions.Find(model.Vocabulary, format.Vocabulary)
            ?? throw new UnsupportedModelException($"there is no conversion from {model.Vocabulary.Name} to {format.Vocabulary.Name}", []);
        Model source = model;
        foreach (Conversion c in route)
        {
            changes.Add(new Change("convert", c.Rule, model.Graph.Nodes.Count));
            model = c.Convert(model, context);
        }

        if (ReferenceEquals(source.Vocabulary, Vocabularies.Keras) && !ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            // TensorFlow's names on the way ("dense:0") are nobody's: inputs and outputs are called as their layers are.
            Conversions.Rename(model.Graph, source.Graph);
        }

        return new StepOutcome { Model = model, Changes = changes, StatedDrift = Drift, Frozen = frozen };
    }
}
