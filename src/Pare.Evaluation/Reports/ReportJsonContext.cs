using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>JSON of the results, without reflection: camelCase, enumerations in lower case with hyphens, non-finite numbers as strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = true,
    Converters = [typeof(CrossEntropySourceConverter), typeof(DiagnosticConverter)])]
[JsonSerializable(typeof(EvaluationResult))]
[JsonSerializable(typeof(LabelResult))]
[JsonSerializable(typeof(ComparisonResult))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
