using System.Globalization;
using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;

namespace Pare.Compress;

/// <summary>
/// Searches the smallest model within a bound on accuracy. Each weight's effect on the outputs is measured by disturbing it alone; steps are then set so
/// that every weight of the network buys its bits at one price, which leaves one number to search. The search goes from fine to coarse, measures as few
/// candidates as a bracket and a bisection need, and refines single layers at the end. Deterministic for a given seed, whatever the number of threads.
/// </summary>
public sealed class CompressSearch
{
    private readonly Func<Model, byte[]> _serialize;
    private readonly Func<byte[], long> _measure;
    private readonly CompressOptions _options;
    private readonly IModelRunner _runner;
    private readonly SampleRunner _samples;
    private readonly List<CompressTrial> _trials = [];
    private readonly List<string> _warnings = [];
    private readonly CancellationToken _cancellation;
    private readonly IProgress<string>? _progress;

    /// <summary>Creates a search.</summary>
    /// <param name="runner">Runs models.</param>
    /// <param name="serialize">Gives a model's file.</param>
    /// <param name="measure">Gives a file's size by the measure asked for.</param>
    /// <param name="options">Bounds and limits.</param>
    /// <param name="progress">Told what is being done; null where nobody looks.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public CompressSearch(IModelRunner runner, Func<Model, byte[]> serialize, Func<byte[], long> measure, CompressOptions options,
        IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        _runner = runner;
        _serialize = serialize;
        _measure = measure;
        _options = options;
        _progress = progress;
        _cancellation = cancellation;
        _samples = new SampleRunner(runner, options.Threads, cancellation);
    }

    /// <summary>Searches.</summary>
    /// <param name="original">The model as it came: its answers are what counts.</param>
    /// <param name="working">The model to compress: the original optimised, or a clone of it. Not edited.</param>
    /// <param name="selection">Samples to choose by, shuffled.</param>
    public CompressOutcome Run(Model original, Model working, CompressSamples selection) => Run(original, working, selection, null);

    /// <summary>Searches, and measures known schemes beside.</summary>
    /// <param name="original">The model as it came.</param>
    /// <param name="working">The model to compress.</param>
    /// <param name="selection">Samples to choose by, shuffled.</param>
    /// <param name="schemes">Schemes to try; null for a format that has none.</param>
    internal CompressOutcome Run(Model original, Model working, CompressSamples selection, TFLiteSchemes? schemes)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(working);
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.Count == 0)
        {
            throw new UsageException("compress needs at least one sample to choose by");
        }

        _progress?.Report("measuring the original");
        float[][] raw = _samples.Outputs(original, selection);
        bool probabilities = AnswerSheet.LookLikeProbabilities(raw);
        SearchReference reference = new(AnswerSheet.Create(raw, probabilities), probabilities, selection);
        bool inPlace = _options.Structure == CompressStructure.Same && schemes is null;
        IReadOnlyList<LinearLayer> layers = Layers(working);
        string unchanged = schemes is not null ? "float32" : "optimised only";
        SearchCandidate unrounded = Measure(unchanged, working, new LayerCodes?[layers.Count], layers, 0, reference, inPlace);
        List<SearchCandidate> candidates = [unrounded, .. (schemes?.Candidates ?? []).Select(s => TryMeasure(s, original, reference)).OfType<SearchCandidate>()];
        StepPlan? plan = null;
        if (layers.Count > 0 && schemes is not null && _options.Measure == CompressMeasure.File)
        {
            candidates.AddRange(Mix(original, schemes, layers, reference, candidates));
        }
        else if (layers.Count > 0)
        {
            plan = Plan(working, layers, reference, inPlace);
            SearchCandidate found = FindCodes(plan, working, layers, reference, inPlace, unrounded);
            candidates.Add(found);
            if (schemes is not null && found.Codes.Any(c => c is not null))
            {
                candidates.Add(Hybrid(found, working, reference));
            }
        }

        return Outcome(layers, schemes is not null ? CandidateChoice.Of(candidates, _options) : candidates[^1], plan);
    }

    private StepPlan Plan(Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace)
    {
        _progress?.Report("collecting statistics");
        LayerQuantizers[] quantizers = LayerPreparation.Prepare(working, layers, reference.Samples, _options.CalibrationSamples, inPlace, _samples, _options.Threads);
        _progress?.Report("measuring each layer's effect");
        double[] sensitivities = Sensitivities(working, layers, quantizers, reference.Take(_options.SensitivitySamples));
        return new StepPlan(quantizers, sensitivities, inPlace, _options.Threads);
    }

    private SearchCandidate FindCodes(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace, SearchCandidate unrounded)
    {
        SearchCandidate best = unrounded;
        SearchCandidate? coarser = null;
        if (_options.MaxSize is { } size && _options.MaxDrop >= 100)
        {
            // No bound on the drop: the most faithful model that fits.
            return best.Bytes > size ? FitSize(plan, working, layers, reference, inPlace, best, size) : best;
        }

        SearchStep(plan, working, layers, reference, inPlace, ref best, ref coarser);
        if (_options.MaxSize is { } limit && best.Bytes > limit && coarser is not null)
        {
            return FitSize(plan, working, layers, reference, inPlace, best, limit);
        }

        return best.Codes.Any(c => c is not null) ? Refine(plan, working, layers, reference, inPlace, best) : best;
    }

    // The same codes for kernels that take them as they are: a few bytes less, faster, and activations in 8 bits.
    private SearchCandidate Hybrid(SearchCandidate found, Model working, SearchReference reference)
    {
        Model model = working.Clone();
        TFLiteCodeStorage.Apply(Layers(model), found.Codes, hybrid: true);
        return Measure(found.Name + ", hybrid", model, found.Codes, found.Divergence, reference) with { Hybrid = true };
    }

    private IReadOnlyList<SearchCandidate> Mix(Model original, TFLiteSchemes schemes, IReadOnlyList<LinearLayer> layers, SearchReference reference, IReadOnlyList<SearchCandidate> known)
    {
        SearchReference probe = reference.Take(_options.SensitivitySamples);
        SchemeMixer mixer = new(schemes, layers, s => Divergence(Make(s, original), probe), s => Measure(s, original, reference));
        return known.Any(c => c.Name == TFLiteSchemes.FourBits && c.Accepted) ? []
            : known.Any(c => c.Name == "dynamic" && c.Accepted) ? mixer.Mix(TFLiteSchemes.FourBits, "dynamic")
            : mixer.Mix("dynamic", "float16");
    }

    // The ladder's unit: each rung doubles the divergence that the layers' effects foretell.
    private void SearchStep(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace, ref SearchCandidate best, ref SearchCandidate? coarser)
    {
        const double Start = 0.004;
        double low = double.NaN;
        double high = double.NaN;
        double rung = 0;
        for (int tries = 0; tries < 14 && (double.IsNaN(low) || double.IsNaN(high)); tries++)
        {
            SearchCandidate c = Try(rung);
            if (c.Accepted)
            {
                low = rung;
                best = Better(best, c);
                rung = double.IsNaN(high) ? rung + 2 : high;
            }
            else
            {
                coarser = c;
                high = rung;
                rung = double.IsNaN(low) ? rung - 3 : low;
            }
        }

        if (double.IsNaN(low) || double.IsNaN(high))
        {
            return;
        }

        while (high - low > 0.2)
        {
            double middle = (low + high) / 2;
            SearchCandidate c = Try(middle);
            if (c.Accepted)
            {
                low = middle;
                best = Better(best, c);
            }
            else
            {
                coarser = c;
                high = middle;
            }
        }

        SearchCandidate Try(double r) => MeasurePlan(plan, Start * Math.Pow(2, r), working, layers, reference, inPlace);
    }

    private SearchCandidate FitSize(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace, SearchCandidate from, long limit)
    {
        double low = Math.Log2(Math.Max(from.Divergence, 1e-5));
        double high = low;
        SearchCandidate fitting = from;
        for (int i = 0; i < 12 && fitting.Bytes > limit; i++)
        {
            low = high;
            high += 2;
            fitting = MeasurePlan(plan, Math.Pow(2, high), working, layers, reference, inPlace);
        }

        if (fitting.Bytes > limit)
        {
            return _options.MaxDrop >= 100 ? fitting : from;
        }

        while (high - low > 0.1)
        {
            double middle = (low + high) / 2;
            SearchCandidate c = MeasurePlan(plan, Math.Pow(2, middle), working, layers, reference, inPlace);
            if (c.Bytes <= limit)
            {
                high = middle;
                fitting = c;
            }
            else
            {
                low = middle;
            }
        }

        return fitting;
    }

    // Layers whose own share of the divergence, measured now at the steps found, costs less than foretold get coarser steps, the others finer ones.
    private SearchCandidate Refine(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace, SearchCandidate best)
    {
        _progress?.Report("refining single layers");
        CompressSamples probe = reference.Samples.Take(_options.SensitivitySamples);
        SearchReference probeReference = reference.Take(probe.Count);
        double[] measured = new double[layers.Count];
        for (int t = 0; t < layers.Count; t++)
        {
            if (best.Codes[t] is not { Distortion: > 0 } codes)
            {
                measured[t] = plan.Sensitivities[t];
                continue;
            }

            LayerCodes?[] alone = new LayerCodes?[layers.Count];
            alone[t] = codes;
            double divergence = Divergence(working, layers, alone, probeReference);
            measured[t] = Math.Sqrt(plan.Sensitivities[t] * Math.Max(divergence / codes.Distortion, plan.Sensitivities[t] / 16));
        }

        StepPlan second = new(plan.Quantizers, measured, inPlace, _options.Threads);
        double divergenceNow = best.Divergence;
        SearchCandidate result = best;
        foreach (double factor in (double[])[1, 1.3, 1.7, 2.2])
        {
            SearchCandidate c = MeasurePlan(second, divergenceNow * factor, working, layers, reference, inPlace);
            if (!c.Accepted)
            {
                break;
            }

            result = Better(result, c);
        }

        return result;
    }

    private IReadOnlyList<LinearLayer> Layers(Model model) => LayerPreparation.Layers(model, _options.MinimumElements);

    private double[] Sensitivities(Model working, IReadOnlyList<LinearLayer> layers, LayerQuantizers[] quantizers, SearchReference probe)
    {
        double[] result = new double[layers.Count];
        for (int t = 0; t < layers.Count; t++)
        {
            // A disturbance about 30 dB below the layer's own signal: large enough to be seen at the outputs, small enough to be typical.
            LayerCodes codes = quantizers[t].Main.Quantize(quantizers[t].Main.StepForNoise(-30), feedback: false);
            LayerCodes?[] alone = new LayerCodes?[layers.Count];
            alone[t] = codes;
            double divergence = Divergence(working, layers, alone, probe);
            result[t] = codes.Distortion > 0 ? Math.Max(divergence, 1e-9) / codes.Distortion : 0;
        }

        return result;
    }

    private double Divergence(Model working, IReadOnlyList<LinearLayer> layers, LayerCodes?[] codes, SearchReference probe)
    {
        return Divergence(Build(working, layers, codes, inPlace: true), probe);
    }

    private double Divergence(Model model, SearchReference probe)
    {
        AnswerSheet answers = AnswerSheet.Create(_samples.Outputs(model, probe.Samples), probe.AreProbabilities);
        return Math.Max(0, answers.CompareWith(probe.Answers, probe.Samples.Labels).Divergence);
    }

    private SearchCandidate MeasurePlan(StepPlan plan, double divergence, Model working, IReadOnlyList<LinearLayer> layers, SearchReference reference, bool inPlace)
    {
        LayerCodes?[] codes = plan.Quantize(divergence);
        string name = string.Create(CultureInfo.InvariantCulture, $"codes of {LayerPlans.MeanBits(layers, codes):0.0} bits (divergence {divergence:0.#####})");
        return Measure(name, working, codes, layers, divergence, reference, inPlace);
    }

    private SearchCandidate Measure(string name, Model working, LayerCodes?[] codes, IReadOnlyList<LinearLayer> layers, double divergence, SearchReference reference, bool inPlace)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Report($"trying {name}");
        return Measure(name, Build(working, layers, codes, inPlace), codes, divergence, reference);
    }

    private SearchCandidate Measure(string name, Model model, LayerCodes?[] codes, double divergence, SearchReference reference)
    {
        long bytes = _measure(_serialize(model));
        CandidateScore score = Score(model, reference);
        bool complete = score.Samples == reference.Samples.Count;
        bool accepted = complete && score.IsWithin(_options.MaxDrop / 100);
        _trials.Add(new CompressTrial(name, divergence, bytes, score, accepted) { Complete = complete });
        return new SearchCandidate(name, model, codes, bytes, score, accepted, divergence);
    }

    private SearchCandidate Measure(SchemeCandidate scheme, Model original, SearchReference reference)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Report($"trying {scheme.Name}");
        return Measure(scheme.Name, Make(scheme, original), [], 0, reference) with { Steps = scheme.Steps };
    }

    // A scheme that does not fit this model is no reason to give up the others.
    private SearchCandidate? TryMeasure(SchemeCandidate scheme, Model original, SearchReference reference)
    {
        try
        {
            return Measure(scheme, original, reference);
        }
        catch (PareException e) when (e is UnsupportedModelException or PassException)
        {
            _warnings.Add($"{scheme.Name} was not tried: {e.Message}");
            return null;
        }
    }

    private Model Make(SchemeCandidate scheme, Model original) =>
        scheme.Make(original, new PassContext { Runner = _runner, Threads = _options.Threads, Seed = _options.Seed, Cancellation = _cancellation });

    private CandidateScore Score(Model model, SearchReference reference)
    {
        using IModelSession session = _runner.Load(model, new SessionOptions { Threads = 1 });
        int part = Math.Max(256, reference.Samples.Count / 8);
        float[][] outputs = [];
        while (true)
        {
            CompressSamples next = reference.Samples.Skip(outputs.Length).Take(part);
            outputs = [.. outputs, .. _samples.Outputs(session, next)];
            SearchReference seen = reference.Take(outputs.Length);
            CandidateScore score = AnswerSheet.Create(outputs, reference.AreProbabilities).CompareWith(seen.Answers, seen.Samples.Labels);
            if (outputs.Length >= reference.Samples.Count || score.SoftDrop - (3 * score.SoftDropError) > _options.MaxDrop / 100)
            {
                return score;
            }

            part *= 2;
        }
    }

    private Model Build(Model working, IReadOnlyList<LinearLayer> layers, LayerCodes?[] codes, bool inPlace)
    {
        Model model = working.Clone();
        IReadOnlyList<LinearLayer> own = Layers(model);
        if (own.Count != layers.Count)
        {
            throw new GraphException($"a clone has {own.Count} layers, its original {layers.Count}");
        }

        if (inPlace)
        {
            CodeStorage.ApplyInPlace(own, codes);
        }
        else
        {
            CodeStorage.Apply(model, own, codes);
        }

        return model;
    }

    private CompressOutcome Outcome(IReadOnlyList<LinearLayer> layers, SearchCandidate best, StepPlan? plan) => new()
    {
        Model = best.Model,
        Bytes = best.Bytes,
        Score = best.Score,
        WithinDrop = best.Score.Drop <= (_options.MaxDrop / 100) + 1e-12,
        WithinSize = _options.MaxSize is not { } limit || best.Bytes <= limit,
        Layers = best.Steps is not null ? LayerPlans.OfModel(layers, best.Model) : LayerPlans.OfCodes(layers, best.Codes, plan),
        Trials = ParetoFront.Mark(_trials, best),
        Chosen = best.Name,
        Warnings = _warnings,
        Hybrid = best.Hybrid,
        Steps = best.Steps,
    };

    private static SearchCandidate Better(SearchCandidate a, SearchCandidate b) => b.Bytes < a.Bytes ? b : a;
}
