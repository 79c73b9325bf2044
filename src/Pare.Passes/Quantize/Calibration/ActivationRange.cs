namespace Pare.Passes.Quantize;

/// <summary>The real values that an activation's integers are to stand for.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The largest.</param>
public readonly record struct ActivationRange(float Minimum, float Maximum)
{
    /// <summary>Whether both ends are numbers in order.</summary>
    public bool IsFinite => float.IsFinite(Minimum) && float.IsFinite(Maximum) && Minimum <= Maximum;

    /// <summary>The smallest range that holds both.</summary>
    public ActivationRange Union(ActivationRange other) => new(Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));
}
