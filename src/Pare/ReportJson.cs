using System.Text.Json.Serialization;

namespace Pare.Workflows;

/// <summary>How reports are written as JSON: camelCase, enumerations in lower case, numbers that are not finite as strings. Made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(InspectReport))]
[JsonSerializable(typeof(RewriteReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(SizeReport))]
[JsonSerializable(typeof(PosterizeReport))]
[JsonSerializable(typeof(BenchmarkReport))]
[JsonSerializable(typeof(TensorBoardReport))]
[JsonSerializable(typeof(Recipe))]
[JsonSerializable(typeof(CalibrationRecord))]
internal sealed partial class ReportJson : JsonSerializerContext;
