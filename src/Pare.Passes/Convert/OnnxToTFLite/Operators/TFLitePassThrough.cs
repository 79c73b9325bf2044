using static Pare.Passes.Conversion.ToTFLiteUnaryLowerings;

namespace Pare.Passes.Conversion;

/// <summary>TFLite's own operators that came through an ONNX graph whole: see <see cref="TensorFlowPassThrough"/>.</summary>
internal static class TFLitePassThrough
{
    private const string Prefix = TensorFlowPassThrough.Domain + ".";

    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Of(Prefix + "Expm1", Expm1),
        Of(Prefix + "Log1p", Log1p),
        Of(Prefix + "Softplus", ToTFLiteActivationLowerings.Softplus),
        Of(Prefix + "RSQRT", (b, x) => b.Unary("RSQRT", x)),
        Of(Prefix + "SQUARE", ToTFLiteReductionLowerings.Square),
        ToTFLiteBinaryLowerings.Of(Prefix + "FLOOR_DIV", (b, x, y) => b.Binary("FLOOR_DIV", x, y)),
        ToTFLiteBinaryLowerings.Of(Prefix + "FLOOR_MOD", (b, x, y) => b.Binary("FLOOR_MOD", x, y)),
        ToTFLiteBinaryLowerings.Of(Prefix + "SQUARED_DIFFERENCE", (b, x, y) => b.Binary("SQUARED_DIFFERENCE", x, y)),
        ToTFLiteBinaryLowerings.Of(Prefix + "ATAN2", (b, x, y) => b.Binary("ATAN2", x, y)),
        Whole("MIRROR_PAD", "mode"),
        Whole("SPACE_TO_BATCH_ND"),
        Whole("BATCH_TO_SPACE_ND"),
        Whole("RESIZE_NEAREST_NEIGHBOR", "align_corners", "half_pixel_centers"),
        Whole("RESIZE_BILINEAR", "align_corners", "half_pixel_centers"),
    ];

    // Operands after the first are counts and places: 32-bit integers.
    private static KeyValuePair<string, ToTFLiteLowering> Whole(string @operator, params string[] attributes) => new(Prefix + @operator, c =>
    {
        TFLiteBuilder b = c.Builder;
        Value?[] inputs = [c.In(0), .. Enumerable.Range(1, c.InputCount - 1).Select(i => b.Cast(c.In(i), DataType.Int32))];
        c.Set(b.Emit(@operator, inputs, c.Raw(0).Value.Type, c.Node.Output.Shape, [.. attributes.Select(a => (a, c.Attributes[a]))]));
    });
}
