namespace Pare.Passes.Round;

/// <summary>A function of single numbers, applied to whole runs. Immutable and thread-safe.</summary>
internal interface IValueMap
{
    /// <summary>Maps every value; both spans have one length and may be the same.</summary>
    void Apply(ReadOnlySpan<float> values, Span<float> destination);
}
