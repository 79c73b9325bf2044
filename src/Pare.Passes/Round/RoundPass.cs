namespace Pare.Passes.Round;

/// <summary>
/// Snaps binary32 constants to few values in place, so that a general compressor finds repetition; the structure is untouched. Requires nothing; what it
/// leaves true: names, types, shapes and every constant it does not round. New contents are computed when they are read.
/// </summary>
public sealed class RoundPass : Pass
{
    private const long LargeFrom = 1 << 20;

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

        // Large tensors one after the other with all threads, then the many small ones side by side.
        int done = 0;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = context.Threads, CancellationToken = context.Cancellation };
        int[] large = [.. Enumerable.Range(0, targets.Length).Where(i => !asTool && targets[i].Constant!.Count >= LargeFrom)];
        foreach (int i in large)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            RoundOne(i, context.Threads);
        }

        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(Enumerable.Range(0, targets.Length).Except(large).ToArray(), loadBalance: true), parallel, i => RoundOne(i, 1));

        int count = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (rounded[i] is { } content)
            {
                targets[i].Constant = content;
                count += content is MappedTensorData ? 1 : 0;
            }
            else if (!finite[i])
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the constant holds NaN or infinities and stays as it is", targets[i].Name));
            }
        }

        void RoundOne(int i, int threads)
        {
            TensorData source = targets[i].Constant!;
            (rounded[i], finite[i]) = asTool ? ToBucketCenters(source) : ToLevels(source, threads);
            source.Unload();
            context.Progress?.Report((double)Interlocked.Increment(ref done) / targets.Length);
        }

        return count == 0 ? [] : [new Change(Name, asTool ? "weights_rounded" : "zero_preserving", count)];
    }

    private (TensorData? Content, bool Finite) ToBucketCenters(TensorData source)
    {
        (float low, float high, bool finite) = FloatRange.Of(source);
        if (!finite || source.Count == 0)
        {
            return (null, finite);
        }

        // The tool wrote repeated values out in full, also where it changed none.
        return low == high
            ? (source is SplatTensorData ? DenseTensorData.Create(source.ToFloats(), source.Shape) : null, true)
            : (new MappedTensorData(source, new BucketCenters(low, high, Options.Levels)), true);
    }

    private (TensorData? Content, bool Finite) ToLevels(TensorData source, int threads)
    {
        (float low, float high, bool finite) = FloatRange.Of(source);
        return finite && low < high && source.Count <= Array.MaxLength && ErrorMatchedLevels.Find(source, low, high, Options.Levels, threads) is { } codebook
            ? (new MappedTensorData(source, new CodebookMap(codebook)), true)
            : (null, finite);
    }
}
