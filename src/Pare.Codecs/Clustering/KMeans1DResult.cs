namespace Pare.Codecs;

/// <summary>What a clustering found. Immutable and thread-safe.</summary>
/// <param name="Codebook">The centroids, ready to assign and snap values.</param>
/// <param name="SquaredError">Sum over finite values of (x - nearest centroid)², each times its weight, as the last sweep saw it; of a quick clustering an estimate, within some thousandths.</param>
/// <param name="NonFinite">How many values were NaN or infinite and did not take part.</param>
public sealed record KMeans1DResult(Codebook Codebook, double SquaredError, long NonFinite);
