using System.Text.Json.Serialization;

namespace Pare.Advising;

/// <summary>How advice is written as JSON; see <see cref="Workflows.ReportJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AdviceReport))]
internal sealed partial class AdviceJson : JsonSerializerContext;
