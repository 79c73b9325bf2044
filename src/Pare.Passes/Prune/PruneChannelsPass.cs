using Pare.Passes.Quantize;
using Pare.Passes.Round;

namespace Pare.Passes.Prune;

/// <summary>
/// Removes whole filters and everything that depends on them: the channels of batch norms, biases, depthwise convolutions and residual branches that go with them, and the weights behind that would read them. What
/// an operator does with channels is told by rules (see <see cref="CouplingRules"/>); channels that some rule cannot follow stay, with a diagnostic. The smaller graph is run against the same graph with the
/// readers' weights at zero: they must agree. Inputs and outputs of the model keep their shapes. With samples the readers are fitted to what they gave before.
/// </summary>
public sealed class PruneChannelsPass : Pass
{
    // Sums over fewer terms round otherwise.
    private const double Agreement = 1e-4;
    private const int Probes = 3;

    /// <summary>Creates the pass.</summary>
    /// <param name="options">Null for the defaults; <see cref="PruneOptions.MinSize"/> and <see cref="PruneOptions.Pattern"/> do not count.</param>
    /// <exception cref="UsageException">The sparsity is out of range.</exception>
    public PruneChannelsPass(PruneOptions? options = null)
    {
        Options = (options ?? new PruneOptions()) with { Pattern = PrunePattern.Channels };
        _ = Options.WantedSparsity();
    }

    /// <summary>How it works.</summary>
    public PruneOptions Options { get; }

    /// <summary>Calibration samples; null to go by magnitudes alone.</summary>
    public SampleBatches? Samples { get; init; }

    /// <inheritdoc/>
    public override string Name => "prune_channels";

    /// <inheritdoc/>
    public override string Summary => "remove whole filters, and what depends on them";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
        {
            throw new UnsupportedModelException("channels of a Keras model are spelled out in its configuration; convert it first ('pare convert MODEL -o MODEL.tflite', .pb or .onnx) and prune that", []);
        }

        IModelRunner runner = context.Runner ?? throw new PassException(Name, "needs a runner to see the shapes of tensors");
        IReadOnlyList<TensorData> inputs = InputsFor(model, runner);
        ObservedShapes seen = ObservedShapes.Run(runner, model, inputs);
        bool strict = !Follows(model, inputs, context, out string? obstacle);
        if (strict)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"channels that computed shapes depend on stay: without them {obstacle}"));
        }

        CouplingContext c = CouplingsOf(model, inputs, runner, strict);
        IReadOnlyList<ChannelGroup> groups = GroupsOf(c, out List<Diagnostic> remarks);
        if (groups.Count == 0)
        {
            throw new UsageException(
                c.Producers.Count == 0
                    ? "the model has no convolution or matrix product with a constant weight, so no channels to remove"
                    : $"no channel can be removed: {string.Join("; ", remarks.Take(3).Select(r => $"{r.Where}: {r.Message}"))}",
                "--pattern");
        }

        HashSet<int> gone = Choose(model, c, groups, context);
        string how = MaskedWeights.Apply(model, Masks(c.Space, groups, gone), Options.Refit ? Samples : null, context);
        Model quiet = model.Clone();
        ChannelRemover.Remove(model, c, gone);
        if (!Agrees(runner, quiet, model, inputs, out string? why))
        {
            throw new PassException(Name, $"the smaller graph does not give what the graph with silent channels gives: {why}; exclude weights by --exclude");
        }

        foreach (Diagnostic d in remarks)
        {
            context.Diagnostics.Add(d);
        }

        return
        [
            new Change(Name, "channels", gone.Count),
            new Change(Name, "groups", groups.Count(g => g.Sets.Any(gone.Contains))),
            .. how.Length > 0 ? [new Change(Name, how, 1)] : Array.Empty<Change>(),
        ];
    }

    private IReadOnlyList<TensorData> InputsFor(Model model, IModelRunner runner)
    {
        if (Samples is { Batches: [var first, ..] } && Samples.Sizes[0] == 1)
        {
            return first;
        }

        try
        {
            return ProbeInputs.Create(runner, model, 0);
        }
        catch (UnsupportedModelException) when (Samples is { Batches.Count: > 0 })
        {
            // What the model leaves open the samples tell.
            return Samples.Batches[0];
        }
    }

    // Tries on a copy whether computed shapes follow when channels go.
    private bool Follows(Model model, IReadOnlyList<TensorData> inputs, PassContext context, out string? why)
    {
        Model trial = model.Clone();
        CouplingContext c = CouplingsOf(trial, inputs, context.Runner!, strict: false);
        IReadOnlyList<ChannelGroup> groups = GroupsOf(c, out _);
        ChannelScores scoring = new(trial, null, context);
        HashSet<int> gone = [.. groups.SelectMany(g => Least(g, scoring.Of(c.Space, g), 0.5))];
        MaskedWeights.Apply(trial, Masks(c.Space, groups, gone), null, context);
        Model quiet = trial.Clone();
        ChannelRemover.Remove(trial, c, gone);
        return Agrees(context.Runner!, quiet, trial, inputs, out why);
    }

    private static CouplingContext CouplingsOf(Model model, IReadOnlyList<TensorData> inputs, IModelRunner runner, bool strict)
    {
        ObservedShapes seen = ObservedShapes.Run(runner, model, inputs);
        return CouplingRules.Apply(model, seen, CouplingRules.Apply(model, seen, null, strict).Space, strict);
    }

    private IReadOnlyList<ChannelGroup> GroupsOf(CouplingContext c, out List<Diagnostic> remarks)
    {
        List<Diagnostic> kept = [];
        remarks = kept;
        return ChannelGroup.Find(
            c,
            name => WeightConstants.IsSelected(name, Options.Include, Options.Exclude),
            (name, why) => kept.Add(new Diagnostic(DiagnosticSeverity.Information, $"its channels stay: {why}", name)));
    }

    private HashSet<int> Choose(Model model, CouplingContext c, IReadOnlyList<ChannelGroup> groups, PassContext context)
    {
        ChannelScores scoring = new(model, Samples, context);
        double[][] scores = [.. groups.Select(g => scoring.Of(c.Space, g))];
        double sparsity = Options.WantedSparsity();
        double[] sizes = [.. groups.Select(g => (double)g.Sets.Length)];
        PruneSchedule schedule = Options.Schedule ?? (Samples is null ? PruneSchedule.Uniform : PruneSchedule.Sensitivity);
        double[] parts = schedule switch
        {
            _ when groups.Count == 1 => [sparsity],
            PruneSchedule.Global => SparsitySchedules.Global(scores, [.. groups.Select(_ => 1.0)], sparsity),
            PruneSchedule.Sensitivity => SparsitySchedules.Sensitivity(Damage(model, c, groups, scores, context), sizes, sparsity),
            _ => [.. groups.Select(_ => sparsity)],
        };
        HashSet<int> gone = [];
        for (int g = 0; g < groups.Count; g++)
        {
            gone.UnionWith(Least(groups[g], scores[g], parts[g]));
        }

        return gone;
    }

    private double[][] Damage(Model model, CouplingContext c, IReadOnlyList<ChannelGroup> groups, double[][] scores, PassContext context)
    {
        if (Samples is null)
        {
            throw new UsageException("the schedule 'sensitivity' needs --data to see what pruning does to the answers", "--schedule");
        }

        AnswerDistance distance = new(context.Runner!, model, Samples.Take(64), context.Threads);
        double[][] damage = new double[groups.Count][];
        for (int g = 0; g < groups.Count; g++)
        {
            Dictionary<Value, TensorData> whole = groups[g].Consumers.Select(w => w.Weight.Value!).Distinct().ToDictionary(v => v, v => v.Constant!);
            damage[g] = new double[SparsitySchedules.Grid.Count];
            for (int k = 0; k < damage[g].Length; k++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                foreach ((Value value, bool[] keep) in Masks(c.Space, [groups[g]], Least(groups[g], scores[g], SparsitySchedules.Grid[k])))
                {
                    value.Constant = PruneTarget.Masked(whole[value], keep);
                }

                damage[g][k] = distance.Of(model);
            }

            foreach ((Value value, TensorData content) in whole)
            {
                value.Constant = content;
            }

            context.Progress?.Report((g + 1.0) / groups.Count);
        }

        return damage;
    }

    // The least channels of a group; one stays always, or the nearest multiple, half of one rounded up.
    private IEnumerable<int> Least(ChannelGroup group, double[] scores, double part)
    {
        int count = Math.Min(group.Sets.Length - 1, (int)Math.Round(part * group.Sets.Length));
        if (Options.Multiple is > 1 and int multiple)
        {
            int left = Math.Max(multiple, (group.Sets.Length - count + (multiple / 2)) / multiple * multiple);
            count = Math.Max(0, group.Sets.Length - left);
        }

        return Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ThenBy(i => i).Take(count).Select(i => group.Sets[i]);
    }

    // Weights that read channels that go become zero, so that the graph gives what it will give without them.
    private static Dictionary<Value, bool[]> Masks(AxisSpace space, IReadOnlyList<ChannelGroup> groups, IEnumerable<int> gone)
    {
        HashSet<int> sets = gone as HashSet<int> ?? [.. gone];
        Dictionary<Value, bool[]> masks = new(ReferenceEqualityComparer.Instance);
        foreach ((AxisTensor weight, int axis) in groups.SelectMany(g => g.Consumers).Distinct())
        {
            if (!masks.TryGetValue(weight.Value!, out bool[]? keep))
            {
                masks[weight.Value!] = keep = new bool[weight.Value!.Constant!.Count];
                Array.Fill(keep, true);
            }

            long inner = weight.Shape[(axis + 1)..].Aggregate(1L, (n, e) => n * e);
            bool[] silent = [.. Enumerable.Range(0, (int)weight.Shape[axis]).Select(i => sets.Contains(space.SetOf(weight, axis, i)))];
            for (int i = 0; i < keep.Length; i++)
            {
                keep[i] &= !silent[i / inner % silent.Length];
            }
        }

        return masks;
    }

    private static bool Agrees(IModelRunner runner, Model quiet, Model smaller, IReadOnlyList<TensorData> sample, out string? why)
    {
        try
        {
            GraphVerifier.Verify(smaller);
            using IModelSession a = runner.Load(quiet, new SessionOptions { QuickStart = true });
            using IModelSession b = runner.Load(smaller, new SessionOptions { QuickStart = true });
            for (int p = 0; p < Probes; p++)
            {
                IReadOnlyList<TensorData> inputs = p == 0 ? sample : ProbeInputs.Like(sample, p);
                IReadOnlyList<TensorData> expected = a.Run(inputs);
                IReadOnlyList<TensorData> got = b.Run(inputs);
                for (int o = 0; o < expected.Count; o++)
                {
                    if (!expected[o].Shape.Equals(got[o].Shape))
                    {
                        why = $"output {o} has the shape {got[o].Shape} instead of {expected[o].Shape}";
                        return false;
                    }

                    float[] x = expected[o].ToFloats();
                    float[] y = got[o].ToFloats();
                    double largest = x.Length == 0 ? 0 : x.Max(v => Math.Abs((double)v));
                    double off = x.Length == 0 ? 0 : x.Zip(y).Max(v => Math.Abs((double)v.First - v.Second));
                    if (off > Agreement * Math.Max(largest, 1e-6))
                    {
                        why = FormattableString.Invariant($"output {o} is off by {off:G3} of {largest:G3}");
                        return false;
                    }
                }
            }

            why = null;
            return true;
        }
        catch (PareException e) when (e is not UsageException { Where: "--data" })
        {
            why = $"the graph does not run: {e.Message}";
            return false;
        }
    }
}
