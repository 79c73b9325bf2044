using System.Text;
using System.Text.Json;
using Pare.Evaluation;

namespace Pare.Workflows;

/// <summary>Data to calibrate with, as recipes keep it. Immutable.</summary>
public sealed record CalibrationSource
{
    /// <summary>Samples that are taken, evenly spread by the seed, where nothing else is said.</summary>
    public const int UsualSamples = 500;

    /// <summary>The data: a folder, archive, IDX, <c>.npz</c> or <c>.csv</c>; see <see cref="Datasets"/>.</summary>
    public required string Data { get; init; }

    /// <summary>Which samples are taken.</summary>
    public DatasetOptions DataOptions { get; init; } = new() { Limit = UsualSamples, Shuffle = true };

    /// <summary>How pictures become inputs, as given; see <see cref="PreprocessingFile"/>. Null where nothing was given.</summary>
    public JsonElement? Preprocessing { get; init; }

    /// <summary>Whether samples that cannot be read are left out rather than an error. Default false.</summary>
    public bool SkipUnreadable { get; init; }

    /// <summary>Whether only one half of the data is taken, the seeded, stratified one that <c>compress</c> chooses by. Default false.</summary>
    public bool FirstHalf { get; init; }

    /// <summary>At most so many samples, spread over the classes by the seed; null for all.</summary>
    public int? Spread { get; init; }

    /// <summary>Keeps preprocessing.</summary>
    public static JsonElement? Keep(Preprocessing? given) => given is null ? null : JsonDocument.Parse(PreprocessingFile.ToJson(given)).RootElement.Clone();

    internal Preprocessing? Given() => Preprocessing is { ValueKind: JsonValueKind.Object } given ? PreprocessingFile.Parse(Encoding.UTF8.GetBytes(given.GetRawText()), "recipe") : null;
}
