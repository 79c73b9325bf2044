namespace Pare.Passes.Round;

/// <summary>
/// TensorFlow's <c>quantize_graph --mode=weights_rounded</c>: the range cut into equal buckets, every value moved to its bucket's centre, all in binary32,
/// operation by operation: w = (max - min) / n, i = min(floor((x - min) / w), n - 1) where it equals n, y = min + w·(i + 0.5).
/// </summary>
internal sealed class BucketCenters(float low, float high, int buckets) : IValueMap
{
    private readonly float _width = (high - low) / buckets;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> values, Span<float> destination)
    {
        float n = buckets;
        for (int i = 0; i < values.Length; i++)
        {
            float index = MathF.Floor((values[i] - low) / _width);
            index = index == n ? n - 1 : index;
            float offset = _width * (index + 0.5f);
            destination[i] = low + offset;
        }
    }
}
