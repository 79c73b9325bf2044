using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>
/// Mixes two ways of storing weights layer by layer, where the bytes of the file itself count: as many layers as the bound allows get the coarser one, in the order of what each costs the answers, measured
/// alone, for a byte that it saves. How many is found by bisection.
/// </summary>
/// <param name="schemes">The steps before quantization, and samples to tune weights by.</param>
/// <param name="layers">The layers of the prepared model.</param>
/// <param name="effect">Divergence of the answers when these steps make the model, measured on few samples.</param>
/// <param name="measure">Measures a candidate on all samples.</param>
internal sealed class SchemeMixer(TFLiteSchemes schemes, IReadOnlyList<LinearLayer> layers, Func<SchemeCandidate, double> effect, Func<SchemeCandidate, SearchCandidate> measure)
{
    /// <summary>The candidates between all layers fine and all layers coarse that were measured.</summary>
    /// <param name="coarse">Scheme that saves more.</param>
    /// <param name="fine">Scheme for the others.</param>
    public IReadOnlyList<SearchCandidate> Mix(string coarse, string fine)
    {
        double[] costs = [.. layers.Select(l => effect(new SchemeCandidate("", [.. schemes.Prepare, Only(coarse, [l], null)])) / l.Weight.Constant!.Count)];
        LinearLayer[] order = [.. layers.Select((l, i) => (l, i)).OrderBy(p => costs[p.i]).ThenBy(p => p.i).Select(p => p.l)];
        List<SearchCandidate> measured = [];

        // All coarse and all fine are candidates already.
        int low = 0;
        int high = order.Length;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            string name = $"{coarse} in {middle} of {order.Length} layers, else {fine}";
            SearchCandidate c = measure(new SchemeCandidate(name, [.. schemes.Prepare, .. Steps(coarse, order[..middle], fine, order[middle..], schemes.Source)]));
            measured.Add(c);
            (low, high) = c.Accepted ? (middle, high) : (low, middle);
        }

        return measured;
    }

    /// <summary>The steps that store some layers in one way and the others in another. Only weights are named: a kernel with 8-bit weights takes no bias that was stored as float16.</summary>
    internal static IReadOnlyList<QuantizeStep> Steps(string coarse, IReadOnlyList<LinearLayer> first, string fine, IReadOnlyList<LinearLayer> others, CalibrationSource? source) =>
        [Only(coarse, first, source), Only(fine, others, source)];

    private static QuantizeStep Only(string scheme, IReadOnlyList<LinearLayer> chosen, CalibrationSource? source) =>
        new() { Scheme = scheme, Include = Names(chosen), Calibration = scheme == TFLiteSchemes.FourBits ? source : null };

    // Names are taken literally.
    private static string[] Names(IReadOnlyList<LinearLayer> chosen) =>
        [.. chosen.Select(l => l.Weight.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal))];
}
