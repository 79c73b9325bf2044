using System.Text.Json.Serialization;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>How reports of lossy packing are written as JSON. Made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = false,
    Converters = [typeof(EvaluationResultConverter)])]
[JsonSerializable(typeof(LossyPackReport))]
internal sealed partial class LossyPackJson : JsonSerializerContext;
