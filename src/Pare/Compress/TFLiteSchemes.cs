using Pare.Workflows;

namespace Pare.Compress;

/// <summary>The ways of storing a whole TFLite model that a search tries before it looks at single layers.</summary>
internal static class TFLiteSchemes
{
    /// <summary>The candidates.</summary>
    /// <param name="prepare">The steps before quantization.</param>
    public static IReadOnlyList<SchemeCandidate> Of(IReadOnlyList<RecipeStep> prepare) =>
        [.. ((string[])["float16", "dynamic", "weights-int8"]).Select(s => new SchemeCandidate(s, [.. prepare, new QuantizeStep { Scheme = s }]))];

    /// <summary>The steps that make a TFLite model of one in any format.</summary>
    /// <param name="structure">Whether the graph may be optimised.</param>
    public static IReadOnlyList<RecipeStep> Prepare(CompressStructure structure) =>
        structure == CompressStructure.Free ? [new ConvertStep { To = "tflite" }, new OptimizeStep()] : [new ConvertStep { To = "tflite" }];
}
