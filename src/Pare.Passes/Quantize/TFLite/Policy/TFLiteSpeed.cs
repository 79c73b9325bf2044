namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Where a scheme is likely slower than real numbers on LiteRT's CPU kernels. Measured with LiteRT 2.3 on one thread: vww96 (13 depthwise convolutions) takes 117 µs real, 207 µs with dynamic range;
/// XNNPACK has no 16-bit integer kernels, so that 16x8 runs 80 to 125 times slower than int8.
/// </summary>
public static class TFLiteSpeed
{
    /// <summary>Warnings for a model of real numbers.</summary>
    /// <param name="model">A TFLite model.</param>
    /// <param name="scheme">What it is to be quantized to.</param>
    public static IReadOnlyList<Diagnostic> Warnings(Model model, TFLiteScheme scheme)
    {
        ArgumentNullException.ThrowIfNull(model);
        int depthwise = model.Graph.Nodes.Count(n => n.Operator == "DEPTHWISE_CONV_2D");
        return scheme switch
        {
            TFLiteScheme.Dynamic when depthwise > 0 =>
                [Warn($"dynamic range has no fast kernel for the {depthwise} DEPTHWISE_CONV_2D of this model, which will likely run slower than on real numbers; --scheme int8 is faster, weights-int8 as small")],
            TFLiteScheme.Int16x8 => [Warn("16-bit activations have no fast kernels: expect it to run many times slower than int8, and slower than on real numbers")],
            _ => [],
        };
    }

    private static Diagnostic Warn(string message) => new(DiagnosticSeverity.Warning, message);
}
