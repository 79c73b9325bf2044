namespace Pare.Passes.Round;

/// <summary>
/// Snaps binary32 constants to few values in place, so that a general compressor finds repetition; the structure is untouched. Requires nothing; what it
/// leaves true: names, types, shapes and every constant it does not round. New contents are computed when they are read.
/// </summary>
public sealed class RoundPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="UsageException">The number of levels is out of range.</exception>
    public RoundPass(RoundOptions? options = null)
    {
        Options = options ?? RoundOptions.Default;
        if (Options.Levels is < 2 or > 65536)
        {
            throw new UsageException($"{Options.Levels} levels: a tensor can be rounded to 2 to 65536 values");
        }
    }

    /// <summary>How it works.</summary>
    public RoundOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "round";

    /// <inheritdoc/>
    public override string Summary => "snap constants to few values in place";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        bool asTool = Options.Rule == RoundRule.WeightsRounded;
        Value[] targets = asTool
            ? [.. WeightConstants.All(model).Where(v => v.Constant!.Type == DataType.Float32 && WeightConstants.IsSelected(v.Name, Options.Include, Options.Exclude))]
            : [.. WeightConstants.Weights(model, Options.MinSize, Options.Include, Options.Exclude)];
        TensorData?[] rounded = new TensorData?[targets.Length];
        bool[] finite = new bool[targets.Length];
        finite.AsSpan().Fill(true);
        TensorData[] contents = [.. targets.Select(t => t.Constant!)];
        int[] fitting = [.. Enumerable.Range(0, contents.Length).Where(i => contents[i].Count <= Array.MaxLength && (asTool || contents[i] is not SplatTensorData { Head.Length: sizeof(float) }))];
        ConstantSweep.ForEach([.. fitting.Select(i => contents[i])], context, (at, values, threads) =>
        {
            int i = fitting[at];
            (float low, float high, finite[i]) = FloatRange.Of(values);
            rounded[i] = !finite[i] || contents[i].Count == 0 ? null : asTool ? ToBucketCenters(contents[i], low, high) : ToLevels(contents[i], values, low, high, threads);
        });

        int count = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (rounded[i] is { } content)
            {
                targets[i].Constant = content;
                count += content is MappedTensorData ? 1 : 0;
            }
            else if (contents[i].Count > Array.MaxLength)
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the constant has {contents[i].Count} values, too many to round in one piece, and stays as it is", targets[i].Name));
            }
            else if (!finite[i])
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the constant holds NaN or infinities and stays as it is", targets[i].Name));
            }
        }

        return count == 0 ? [] : [new Change(Name, asTool ? "weights_rounded" : "zero_preserving", count)];
    }

    // The tool wrote repeated values out in full, also where it changed none.
    private TensorData? ToBucketCenters(TensorData source, float low, float high) => low < high
        ? new MappedTensorData(source, new BucketCenters(low, high, Options.Levels))
        : source is SplatTensorData ? DenseTensorData.Create(source.ToFloats(), source.Shape) : null;

    private MappedTensorData? ToLevels(TensorData source, ReadOnlySpan<float> values, float low, float high, int threads) =>
        low < high && ErrorMatchedLevels.Find(values, low, high, Options.Levels, threads) is { } codebook ? new MappedTensorData(source, new CodebookMap(codebook)) : null;
}
