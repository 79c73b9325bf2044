using System.Text.Json.Serialization;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>How reports of compression are written as JSON. Made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = false,
    Converters = [typeof(EvaluationResultConverter)])]
[JsonSerializable(typeof(CompressReport))]
internal sealed partial class CompressJson : JsonSerializerContext;
