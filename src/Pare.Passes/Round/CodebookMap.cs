using Pare.Codecs;

namespace Pare.Passes.Round;

/// <summary>Every value becomes its nearest centroid.</summary>
internal sealed class CodebookMap(Codebook codebook) : IValueMap
{
    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> values, Span<float> destination) => codebook.Snap(values, destination);
}
