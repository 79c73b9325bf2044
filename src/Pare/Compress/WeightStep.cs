using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>How one weight is quantized.</summary>
/// <param name="Weight">Name of the weight.</param>
/// <param name="Encoding">How it is stored, by the names of <see cref="LayerPlan"/>.</param>
/// <param name="Step">Its step; 0 where it stays.</param>
public sealed record WeightStep(string Weight, string Encoding, double Step)
{
    internal LayerCodes? Quantize(LayerQuantizers quantizers) => Encoding switch
    {
        "unchanged" => null,
        "in-place" => quantizers.InPlace.Quantize(Step) with { Encoding = WeightEncoding.InPlace },
        "codes" => (quantizers.Plain ?? quantizers.Main).Quantize(Step) with { Encoding = WeightEncoding.Codes },
        "codes-input-scales" => quantizers.Main.Quantize(Step) with { Encoding = WeightEncoding.CodesWithInputScales },
        _ => throw new RecipeException($"the recipe stores '{Weight}' as '{Encoding}'; expected unchanged, in-place, codes or codes-input-scales"),
    };
}
