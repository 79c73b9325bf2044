using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>A part of a data set.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatasetSplit>))]
public enum DatasetSplit
{
    /// <summary>All of it.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>The part that models are trained on.</summary>
    [JsonStringEnumMemberName("training")]
    Training,

    /// <summary>The part that training is steered by.</summary>
    [JsonStringEnumMemberName("validation")]
    Validation,

    /// <summary>The part kept for the last measurement.</summary>
    [JsonStringEnumMemberName("testing")]
    Testing,
}
