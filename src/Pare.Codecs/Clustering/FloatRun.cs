namespace Pare.Codecs;

/// <summary>Pinned floats, so that several threads can read what a caller passed as spans; alignment does not matter.</summary>
internal readonly unsafe struct FloatRun(float* values, float* weights, int length)
{
    /// <summary>Number of values.</summary>
    public int Length => length;

    /// <summary>Whether each value has a weight.</summary>
    public bool Weighted => weights != null;

    /// <summary>A part of the values.</summary>
    public ReadOnlySpan<float> Values(int start, int count) => new(values + start, count);

    /// <summary>A part of the weights; empty where there are none.</summary>
    public ReadOnlySpan<float> Weights(int start, int count) => weights == null ? default : new ReadOnlySpan<float>(weights + start, count);

    /// <summary>Where the values lie.</summary>
    public float* Pointer(int start) => values + start;
}
