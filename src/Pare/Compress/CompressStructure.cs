using System.Text.Json.Serialization;

namespace Pare.Compress;

/// <summary>What may happen to a model's graph.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompressStructure>))]
public enum CompressStructure
{
    /// <summary>It may be optimised, and weights may be stored as codes that the graph decodes.</summary>
    [JsonStringEnumMemberName("free")]
    Free,

    /// <summary>It stays node for node; only constants' values change.</summary>
    [JsonStringEnumMemberName("same")]
    Same,
}
