using Pare.Codecs;
using Pare.Passes.Round;

namespace Pare.Passes.Cluster;

/// <summary>
/// Makes the values of constants share few centroids, found by near-exact 1-D k-means; the structure is untouched. Requires nothing; leaves names, types
/// and shapes as they are. Constants that hold NaN or infinities stay, with a warning.
/// </summary>
public sealed class ClusterPass : Pass
{
    private const double PrunedPart = 0.05;

    /// <summary>Creates the pass.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="UsageException">The number of clusters is out of range.</exception>
    public ClusterPass(ClusterOptions? options = null)
    {
        Options = options ?? ClusterOptions.Default;
        if (Options.Clusters is < 2 or > KMeans1D.MaxClusters)
        {
            throw new UsageException($"{Options.Clusters} clusters: a codebook has 2 to {KMeans1D.MaxClusters} centroids");
        }
    }

    /// <summary>How it works.</summary>
    public ClusterOptions Options { get; }

    /// <summary>
    /// What an error of each element costs, in the order of the elements, where that was measured: the diagonal of the Hessian of the layer's squared output error (see <see cref="WeightSensitivity"/>).
    /// Constants without an entry count every element the same.
    /// </summary>
    public IReadOnlyDictionary<Value, float[]> Sensitivity { get; init; } = new Dictionary<Value, float[]>();

    /// <inheritdoc/>
    public override string Name => "cluster";

    /// <inheritdoc/>
    public override string Summary => "make the values of constants share few centroids";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        List<Value> candidates = [];
        foreach (Value value in Options.Vectors
            ? WeightConstants.All(model).Where(v => v.Constant is { Type: DataType.Float32 } c && c.Count >= Options.MinSize && WeightConstants.IsSelected(v.Name, Options.Include, Options.Exclude))
            : WeightConstants.Weights(model, Options.MinSize, Options.Include, Options.Exclude))
        {
            if (value.Constant!.Count > Array.MaxLength)
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the constant has {value.Constant.Count} values, too many to cluster in one piece, and stays as it is", value.Name));
            }
            else if (value.Constant is not SplatTensorData { Head.Length: sizeof(float) })
            {
                candidates.Add(value);
            }
        }

        TensorData?[] clustered = new TensorData?[candidates.Count];
        (float Low, float High, bool Finite)[] ranges = new (float, float, bool)[candidates.Count];
        ConstantSweep.ForEach([.. candidates.Select(v => v.Constant!)], context, (i, values, threads) =>
        {
            ranges[i] = FloatRange.Of(values);
            if (Options.Scope != ClusterScope.Model && ranges[i] is (var low, var high, true) && low < high)
            {
                clustered[i] = ClusterOne(model, candidates[i], values, new KMeans1DOptions { KeepZero = Options.KeepZero, Threads = threads });
            }
        });

        List<Value> targets = [];
        for (int i = 0; i < candidates.Count; i++)
        {
            if (!ranges[i].Finite)
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the constant holds NaN or infinities and stays as it is", candidates[i].Name));
            }
            else if (ranges[i].Low < ranges[i].High)
            {
                targets.Add(candidates[i]);
                candidates[i].Constant = clustered[i] ?? candidates[i].Constant;
            }
        }

        if (Options.Scope == ClusterScope.Model)
        {
            ShareOne(targets, new KMeans1DOptions { KeepZero = Options.KeepZero, Threads = context.Threads });
        }

        return targets.Count == 0 ? [] : [new Change(Name, Options.Scope.ToString().ToLowerInvariant(), targets.Count)];
    }

    private TensorData ClusterOne(Model model, Value value, ReadOnlySpan<float> values, KMeans1DOptions fit)
    {
        fit = fit with { KeepZero = fit.KeepZero || IsPruned(values) };
        return Options.Scope == ClusterScope.Channel && WeightChannels.AxesOf(model, value) is { } axes
            ? ByChannel(values.ToArray(), value.Constant!.Shape, Sensitivity.GetValueOrDefault(value), axes, fit)
            : new MappedTensorData(value.Constant!, new CodebookMap(KMeans1D.Cluster(values, Sensitivity.GetValueOrDefault(value), Options.Clusters, fit).Codebook));
    }

    // So many exact zeros are no accident: somebody pruned, and what is zero must stay so.
    private static bool IsPruned(ReadOnlySpan<float> values) => values.Count(0f) > PrunedPart * values.Length;

    private DenseTensorData ByChannel(float[] values, TensorShape shape, float[]? sensitivity, int[] axes, KMeans1DOptions fit)
    {
        (int[] channelOf, int channels) = WeightChannels.Map(shape, axes);
        int[] order = new int[values.Length];
        int[] starts = new int[channels + 1];
        foreach (int c in channelOf)
        {
            starts[c + 1]++;
        }

        for (int c = 0; c < channels; c++)
        {
            starts[c + 1] += starts[c];
        }

        int[] next = starts[..channels];
        for (int i = 0; i < values.Length; i++)
        {
            order[next[channelOf[i]]++] = i;
        }

        KMeans1DOptions single = fit with { Threads = 1 };
        Parallel.For(0, channels, new ParallelOptions { MaxDegreeOfParallelism = fit.Threads }, c =>
        {
            int length = starts[c + 1] - starts[c];
            float[] own = new float[length];
            float[] cost = new float[sensitivity is null ? 0 : length];
            for (int i = 0; i < length; i++)
            {
                own[i] = values[order[starts[c] + i]];
                if (sensitivity is not null)
                {
                    cost[i] = sensitivity[order[starts[c] + i]];
                }
            }

            KMeans1D.Cluster(own, cost, Options.Clusters, single).Codebook.Snap(own, own);
            for (int i = 0; i < length; i++)
            {
                values[order[starts[c] + i]] = own[i];
            }
        });
        return DenseTensorData.Create(values, shape);
    }

    private void ShareOne(List<Value> targets, KMeans1DOptions fit)
    {
        long total = targets.Sum(t => t.Constant!.Count);
        if (total == 0)
        {
            return;
        }

        if (total > Array.MaxLength / sizeof(float))
        {
            throw new PassException(Name, $"{total} values are too many for one codebook over the model; cluster each tensor by itself");
        }

        float[] all = GC.AllocateUninitializedArray<float>((int)total);
        int at = 0;
        foreach (Value target in targets)
        {
            int n = (int)target.Constant!.Count;
            target.Constant.ReadFloats(0, all.AsSpan(at, n));
            at += n;
        }

        CodebookMap map = new(KMeans1D.Cluster(all, CostsOf(targets, all.Length), Options.Clusters, fit with { KeepZero = fit.KeepZero || IsPruned(all) }).Codebook);
        foreach (Value target in targets)
        {
            target.Constant = new MappedTensorData(target.Constant!, map);
        }
    }

    // Elements that were not measured cost what the others do on the average.
    private float[] CostsOf(List<Value> targets, int total)
    {
        float[][] measured = [.. targets.Where(Sensitivity.ContainsKey).Select(t => Sensitivity[t])];
        long count = measured.Sum(m => m.LongLength);
        if (count == 0)
        {
            return [];
        }

        float mean = (float)(measured.Sum(m => m.Sum(v => (double)v)) / count);
        float[] costs = GC.AllocateUninitializedArray<float>(total);
        int at = 0;
        foreach (Value target in targets)
        {
            Span<float> own = costs.AsSpan(at, (int)target.Constant!.Count);
            if (Sensitivity.TryGetValue(target, out float[]? known))
            {
                known.CopyTo(own);
            }
            else
            {
                own.Fill(mean);
            }

            at += own.Length;
        }

        return costs;
    }
}
