using System.Collections.Immutable;
using System.Globalization;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>
/// What TFLite's own metadata (<c>TFLITE_METADATA</c>, a FlatBuffer of its own) says of how pictures become the first input: <c>(pixel - mean) / std</c>. Source: metadata_schema.fbs of
/// tflite-support.
/// </summary>
internal static class TFLiteNormalization
{
    /// <summary>Name of the metadata entry.</summary>
    public const string Entry = "TFLITE_METADATA";

    private static readonly FlatSchema s_schema = new(
        [],
        [("ProcessUnitOptions", ["NormalizationOptions"])],
        [
            ("NormalizationOptions", "mean:[float] std:[float]"),
            ("ProcessUnit", "options:ProcessUnitOptions"),
            ("TensorMetadata", "name:string description:string dimension_names:[string] content:uint! process_units:[ProcessUnit]"),
            ("SubGraphMetadata", "name:string description:string input_tensor_metadata:[TensorMetadata]"),
            ("ModelMetadata", "name:string description:string version:string subgraph_metadata:[SubGraphMetadata]"),
        ]);

    /// <summary>Mean and deviation in the units of pixels, as texts of numbers between commas; null where they are not told.</summary>
    public static (string Mean, string Std)? Read(TFLiteContent? content)
    {
        if (content is null || content.Length is < 8 or > 1 << 24)
        {
            return null;
        }

        try
        {
            FlatObject model = new FlatReader(content.ToMemory(), s_schema, TFLiteFormat.Label, []).ReadRoot(s_schema.Table("ModelMetadata"));
            IReadOnlyList<FlatObject> subgraphs = model.Tables("subgraph_metadata");
            IReadOnlyList<FlatObject> inputs = subgraphs.Count > 0 ? subgraphs[0].Tables("input_tensor_metadata") : [];
            FlatObject? input = inputs.Count > 0 ? inputs[0] : null;
            FlatObject? options = input?.Tables("process_units").Select(u => u.Table("options")).FirstOrDefault(o => o is not null);
            return options?.Vector("mean")?.ToFloats() is { Length: > 0 } mean && options.Vector("std")?.ToFloats() is { Length: > 0 } std ? (Text(mean), Text(std)) : null;
        }
        catch (ModelFormatException)
        {
            // A remark of whoever made the file, not a part that the model needs.
            return null;
        }
    }

    private static string Text(ImmutableArray<float> numbers) => string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));
}
