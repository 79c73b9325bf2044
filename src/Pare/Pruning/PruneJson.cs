using System.Text.Json.Serialization;

namespace Pare.Pruning;

/// <summary>How reports of pruning are written as JSON; see <see cref="Workflows.ReportJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PruneReport))]
internal sealed partial class PruneJson : JsonSerializerContext;
