using System.Text.Json.Serialization;
using Pare.Passes.Optimize;

namespace Pare.Workflows;

/// <summary>Makes a graph fit for inference only. Preserves values within the passes' stated drift.</summary>
public sealed record OptimizeStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "optimize";

    /// <summary>Names of values to feed; empty for the model's own inputs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Names of values to keep; empty for the model's own outputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Inputs that become constants, with their values.</summary>
    public IReadOnlyDictionary<string, string> Freeze { get; init; } = new Dictionary<string, string>();

    /// <summary>Transforms in the Graph Transform Tool's grammar, to be done instead of the default pipeline; null for the default.</summary>
    public string? Transforms { get; init; }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        OptimizeOptions options = new() { Inputs = Inputs, Outputs = Outputs, Freeze = Freeze };
        Dictionary<string, TensorData> frozen = FrozenValues(model, context);
        PassPipeline pipeline = Transforms is null
            ? OptimizePipeline.Create(model, options)
            : new PassPipeline([.. Freeze.Count > 0 ? [new FreezePass(Freeze)] : Array.Empty<Pass>(), .. Passes.Optimize.Transforms.Parse(Transforms, options).Passes]);
        IReadOnlyList<Change> changes = pipeline.Run(model, context);
        return new StepOutcome { Model = model, Changes = Sum(changes), StatedDrift = pipeline.StatedDrift, Frozen = frozen };
    }

    // A pass that ran in several rounds is one line of the report.
    internal static IReadOnlyList<Change> Sum(IEnumerable<Change> changes) =>
        [.. changes.GroupBy(c => (c.Pass, c.Rule)).Select(g => new Change(g.Key.Pass, g.Key.Rule, g.Sum(c => c.Count)))];

    private Dictionary<string, TensorData> FrozenValues(Model model, PassContext context)
    {
        Dictionary<string, TensorData> values = new(StringComparer.Ordinal);
        if (Freeze.Count == 0)
        {
            return values;
        }

        Model copy = model.Clone();
        new FreezePass(Freeze).Run(copy, context);
        ValueNames names = new(copy.Graph);
        foreach (string name in Freeze.Keys)
        {
            if (names.FindValue(name) is { Constant: { } constant } value)
            {
                values[value.Name] = constant;
            }
        }

        return values;
    }
}
