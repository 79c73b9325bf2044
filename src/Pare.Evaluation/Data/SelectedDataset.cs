namespace Pare.Evaluation;

/// <summary>Some samples of another data set.</summary>
internal sealed class SelectedDataset(Dataset inner, int[] selection, IReadOnlyList<Diagnostic> diagnostics, bool ownsInner = true) : Dataset
{
    private readonly SampleInfo[] _items = [.. selection.Select(i => inner.Items[i])];

    public override string Name => inner.Name;

    public override IReadOnlyList<SampleInfo> Items => _items;

    public override IReadOnlyList<string>? ClassNames => inner.ClassNames;

    public override IReadOnlyList<Diagnostic> Diagnostics { get; } = [.. inner.Diagnostics, .. diagnostics];

    public override bool IsImages => inner.IsImages;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> chosen)
    {
        // An archive gives its samples in its own order, so places are looked up.
        Dictionary<int, int> places = chosen.ToDictionary(i => selection[i]);
        foreach (Sample s in inner.Read([.. chosen.Select(i => selection[i])]))
        {
            yield return new Sample(places[s.Index], s.Info, s.Load);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsInner)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
