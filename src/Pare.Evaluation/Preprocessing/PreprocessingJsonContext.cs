using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>JSON of <see cref="Preprocessing"/>, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true,
    Converters = [typeof(ResizeMethodConverter), typeof(ChannelOrderConverter), typeof(ImageLayoutConverter)])]
[JsonSerializable(typeof(Preprocessing))]
internal sealed partial class PreprocessingJsonContext : JsonSerializerContext;
