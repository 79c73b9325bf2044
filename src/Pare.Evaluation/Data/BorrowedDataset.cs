namespace Pare.Evaluation;

/// <summary>Another data set, which is not closed with this one.</summary>
internal sealed class BorrowedDataset(Dataset inner) : Dataset
{
    public override string Name => inner.Name;

    public override IReadOnlyList<SampleInfo> Items => inner.Items;

    public override IReadOnlyList<string>? ClassNames => inner.ClassNames;

    public override IReadOnlyList<Diagnostic> Diagnostics => inner.Diagnostics;

    public override bool IsImages => inner.IsImages;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection) => inner.Read(selection);
}
