using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>The quantizers of one weight, one for each way of storing it that makes sense for it.</summary>
/// <param name="Main">The one whose steps follow the inputs closest; sensitivities are measured with it.</param>
/// <param name="Plain">Without scales of input channels; null where <paramref name="Main"/> has none either.</param>
/// <param name="InPlace">With steps that are powers of two, so that floats in place share their low bytes.</param>
internal sealed record LayerQuantizers(LayerQuantizer Main, LayerQuantizer? Plain, LayerQuantizer InPlace);
