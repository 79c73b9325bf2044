using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pare.Evaluation;
using Pare.Pruning;

namespace Pare.Workflows;

/// <summary>
/// Puts into a recipe's JSON what was left out and has a default: deserializers made at compile time would take an init-only member's missing value for zero or null, not for what the type says.
/// </summary>
internal static class RecipeDefaults
{
    private const string StepsName = "steps";
    private const string VerbName = "verb";

    // Whatever a recipe can hold that has members with defaults other than zero and null.
    private static readonly Dictionary<string, RecipeStep> s_steps = new(StringComparer.Ordinal)
    {
        ["optimize"] = new OptimizeStep(),
        ["round"] = new RoundStep(),
        ["cluster"] = new ClusterStep(),
        ["convert"] = new ConvertStep { To = "" },
        ["quantize"] = new QuantizeStep { Scheme = "" },
        ["prune"] = new PruneStep(),
    };

    private static readonly Dictionary<Type, object> s_parts = new()
    {
        [typeof(CalibrationSource)] = new CalibrationSource { Data = "" },
        [typeof(CalibrationRecord)] = new CalibrationRecord { Model = "", Method = "", Samples = 0, Ranges = new Dictionary<string, float[]>() },
        [typeof(DatasetOptions)] = new DatasetOptions(),
        [typeof(ImageDecodeOptions)] = ImageDecodeOptions.Default,
    };

    /// <summary>The recipe with every member.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="ArgumentException">A member stands there twice.</exception>
    public static JsonNode? Complete(ReadOnlySpan<byte> json)
    {
        JsonNode? root = JsonNode.Parse(json);
        if (root is not JsonObject recipe)
        {
            return root;
        }

        if (!recipe.ContainsKey("check"))
        {
            recipe["check"] = "random:4";
        }

        foreach (JsonObject step in recipe[StepsName] is JsonArray steps ? steps.OfType<JsonObject>() : [])
        {
            if (step[VerbName] is JsonValue verb && verb.TryGetValue(out string? name) && s_steps.TryGetValue(name, out RecipeStep? template))
            {
                Fill(step, template);
            }
            else
            {
                FillParts(step);
            }
        }

        return root;
    }

    private static void Fill(JsonObject target, object template)
    {
        JsonTypeInfo info = ReportJson.Default.GetTypeInfo(template.GetType())!;
        foreach (JsonPropertyInfo p in info.Properties.Where(p => p.Get is not null && !p.IsRequired && !target.ContainsKey(p.Name)))
        {
            target[p.Name] = p.Get!(template) is { } value ? JsonSerializer.SerializeToNode(value, ReportJson.Default.GetTypeInfo(p.PropertyType)!) : null;
        }

        foreach (JsonPropertyInfo p in info.Properties)
        {
            if (target[p.Name] is JsonObject part && s_parts.TryGetValue(p.PropertyType, out object? known))
            {
                Fill(part, known);
            }
        }
    }

    // Steps whose own members have no such defaults still name data.
    private static void FillParts(JsonObject step)
    {
        if (step["dataOptions"] is JsonObject options)
        {
            Fill(options, s_parts[typeof(DatasetOptions)]);
        }
    }
}
