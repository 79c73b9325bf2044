using Pare.Passes.Cluster;
using Pare.Passes.Quantize;
using Pare.Passes.Round;

namespace Pare.Passes.Prune;

/// <summary>
/// Sets the least weights to zero, by themselves or in patterns; structure, names, types and shapes stay, and what was zero stays zero. The least is what has the smallest square, or with samples the smallest
/// square times the mean square of what it is multiplied with (LeCun et al., Optimal Brain Damage, 1990; Sun et al., Wanda, 2023). Biases, vectors and depthwise filters stay. With samples the weights that remain are
/// fitted again. Patterns lie along the input channels of each output row, which is how runtimes with sparse kernels read them. Weights of 8 bits take part where their zero point is 0.
/// </summary>
public sealed class PrunePass : Pass
{
    // Tensors are read as a whole.
    private const long LargestTensor = 1 << 29;

    /// <summary>Creates the pass.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="UsageException">The sparsity is out of range or contradicts the pattern, or the pattern is of channels .</exception>
    public PrunePass(PruneOptions? options = null)
    {
        Options = options ?? new PruneOptions();
        _ = Options.WantedSparsity();
        if (Options.Pattern.Kind == PrunePatternKind.Channels)
        {
            throw new UsageException("channels are removed by another pass", "--pattern");
        }
    }

    /// <summary>How it works.</summary>
    public PruneOptions Options { get; }

    /// <summary>Calibration samples; null to go by magnitudes alone.</summary>
    public SampleBatches? Samples { get; init; }

    /// <inheritdoc/>
    public override string Name => "prune";

    /// <inheritdoc/>
    public override string Summary => "set the least weights to zero";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        double sparsity = Options.WantedSparsity();
        if (Samples is not null && ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
        {
            return KerasPruning.Run(model, this, context);
        }

        PruneTarget[] targets = [.. Find(model, context)];
        if (Samples is not null)
        {
            Weigh(model, targets, context);
        }

        double[] parts = Spread(model, targets, sparsity, context);
        Dictionary<Value, bool[]> keep = new(ReferenceEqualityComparer.Instance);
        for (int t = 0; t < targets.Length; t++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            keep[targets[t].Value] = PruneMask.Keep(targets[t], Options.Pattern, parts[t]);
        }

        string how = MaskedWeights.Apply(model, keep, Options.Refit ? Samples : null, context);
        return [new Change(Name, Options.Pattern.ToString(), targets.Length), .. how.Length > 0 ? [new Change(Name, how, targets.Length)] : Array.Empty<Change>()];
    }

    private IEnumerable<PruneTarget> Find(Model model, PassContext context)
    {
        List<PruneTarget> targets = [];
        List<Value> refused = [];
        bool any = false;
        foreach (Value value in WeightConstants.All(model))
        {
            if (!IsWeight(model, value))
            {
                continue;
            }

            any = true;
            if (!WeightConstants.IsSelected(value.Name, Options.Include, Options.Exclude) || (Options.Include.Count == 0 && PruneTarget.IsDepthwise(model, value)))
            {
                continue;
            }

            if (!IsFinite(value.Constant!))
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the constant holds NaN or infinities and stays as it is", value.Name));
                continue;
            }

            PruneTarget target = PruneTarget.Create(model, value);
            if (PruneMask.Admits(target, Options.Pattern))
            {
                targets.Add(target);
            }
            else
            {
                refused.Add(value);
                context.Diagnostics.Add(new Diagnostic(
                    DiagnosticSeverity.Warning,
                    target.HasRows
                        ? $"the pattern {Options.Pattern} does not fit {target.Outputs} outputs of {target.Inputs} input channels; the weight stays as it is"
                        : $"its outputs and input channels are not known, as the pattern {Options.Pattern} needs; the weight stays as it is",
                    value.Name));
            }
        }

        return targets.Count > 0 ? targets : throw new UsageException(
            refused.Count > 0 ? $"the pattern {Options.Pattern} fits none of the {refused.Count} weights"
            : any ? "no weight is left to prune: all are excluded, or smaller filters of depthwise convolutions, which only --include selects"
            : $"the model has no weight of at least {Options.MinSize} values to prune",
            refused.Count > 0 ? "--pattern" : any ? "--exclude" : "--min-size");
    }

    internal bool IsWeight(Model model, Value value) =>
        value.Constant is { } c && c.Count >= Options.MinSize && c.Count <= LargestTensor && !WeightConstants.IsParameterVector(model, value)
        && (c.Type is DataType.Float32 or DataType.Float16 or DataType.BFloat16 or DataType.Float64
            || (c.Type == DataType.Int8 && value.Quantization is { GroupSize: 0 } q && q.Scales.Length > 0 && q.ZeroPoints.All(z => z == 0)));

    private static bool IsFinite(TensorData content) =>
        !content.Type.IsFloat() || FloatRange.Of(content.ToFloats()).Finite;

    private void Weigh(Model model, PruneTarget[] targets, PassContext context)
    {
        Dictionary<Value, PruneTarget> byWeight = targets.ToDictionary(t => t.Value);
        foreach (LayerStatistics statistics in LayerInputs.Measure(model, [.. LinearLayers.Find(model).Where(l => byWeight.ContainsKey(l.Weight))], Samples!, context))
        {
            byWeight[statistics.Layer.Weight].Weigh(WeightSensitivity.Of(statistics));
        }
    }

    private double[] Spread(Model model, PruneTarget[] targets, double sparsity, PassContext context)
    {
        PruneSchedule schedule = Options.Schedule ?? (Samples is null ? PruneSchedule.Uniform : PruneSchedule.Sensitivity);
        if (Options.Pattern.FixedSparsity is not null || schedule == PruneSchedule.Uniform || targets.Length == 1)
        {
            return [.. targets.Select(_ => sparsity)];
        }

        if (schedule == PruneSchedule.Global)
        {
            double[][] scores = [.. targets.Select(t => PruneMask.Scores(t, Options.Pattern))];
            return SparsitySchedules.Global(scores, [.. targets.Select((t, i) => (double)t.Count / Math.Max(1, scores[i].Length))], sparsity);
        }

        if (Samples is null)
        {
            throw new UsageException("the schedule 'sensitivity' needs --data to see what pruning does to the answers", "--schedule");
        }

        AnswerDistance distance = new(context.Runner!, model, Samples.Take(64), context.Threads);
        double[][] damage = new double[targets.Length][];
        for (int t = 0; t < targets.Length; t++)
        {
            TensorData whole = targets[t].Value.Constant!;
            damage[t] = new double[SparsitySchedules.Grid.Count];
            for (int g = 0; g < damage[t].Length; g++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                targets[t].Value.Constant = PruneTarget.Masked(whole, PruneMask.Keep(targets[t], Options.Pattern, SparsitySchedules.Grid[g]));
                damage[t][g] = distance.Of(model);
            }

            targets[t].Value.Constant = whole;
            context.Progress?.Report((t + 1.0) / targets.Length);
        }

        return SparsitySchedules.Sensitivity(damage, [.. targets.Select(t => (double)t.Count)], sparsity);
    }
}
