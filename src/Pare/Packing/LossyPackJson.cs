using System.Text.Json.Serialization;

namespace Pare.Packing;

/// <summary>How reports of lossy packing are written as JSON. Made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = false)]
[JsonSerializable(typeof(LossyPackReport))]
internal sealed partial class LossyPackJson : JsonSerializerContext;
