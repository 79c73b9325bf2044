using System.Globalization;
using Pare.Passes.Quantize;

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
    public CompressOutcome Run(Model original, Model working, CompressSamples selection)
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
        Reference reference = new(AnswerSheet.Create(raw, probabilities), probabilities, selection);
        bool inPlace = _options.Structure == CompressStructure.Same;

        IReadOnlyList<LinearLayer> layers = Layers(working);
        Candidate unrounded = Measure("optimised only", working, new LayerCodes?[layers.Count], layers, 0, reference, inPlace);
        if (layers.Count == 0)
        {
            return Outcome(layers, unrounded, null);
        }

        _progress?.Report("collecting statistics");
        LayerQuantizers[] quantizers = LayerPreparation.Prepare(working, layers, selection, _options.CalibrationSamples, inPlace, _samples, _options.Threads);
        _progress?.Report("measuring each layer's effect");
        CompressSamples probe = selection.Take(_options.SensitivitySamples);
        Reference probeReference = reference.Take(probe.Count);
        double[] sensitivities = Sensitivities(working, layers, quantizers, probeReference);

        StepPlan plan = new(quantizers, sensitivities, inPlace, _options.Threads);
        Candidate best = unrounded;
        Candidate? coarser = null;
        if (_options.MaxSize is { } size && _options.MaxDrop >= 100)
        {
            // No bound on the drop: the most faithful model that fits.
            best = best.Bytes > size ? FitSize(plan, working, layers, reference, inPlace, best, size) : best;
            return Outcome(layers, best, plan);
        }

        SearchStep(plan, working, layers, reference, inPlace, ref best, ref coarser);
        if (_options.MaxSize is { } limit && best.Bytes > limit && coarser is not null)
        {
            best = FitSize(plan, working, layers, reference, inPlace, best, limit);
        }
        else if (best.Codes.Any(c => c is not null))
        {
            best = Refine(plan, working, layers, reference, inPlace, best);
        }

        return Outcome(layers, best, plan);
    }

    // The ladder's unit: each rung doubles the divergence that the layers' effects foretell.
    private void SearchStep(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, Reference reference, bool inPlace, ref Candidate best, ref Candidate? coarser)
    {
        const double Start = 0.004;
        double low = double.NaN;
        double high = double.NaN;
        double rung = 0;
        for (int tries = 0; tries < 14 && (double.IsNaN(low) || double.IsNaN(high)); tries++)
        {
            Candidate c = Try(rung);
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
            Candidate c = Try(middle);
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

        Candidate Try(double r) => MeasurePlan(plan, Start * Math.Pow(2, r), working, layers, reference, inPlace);
    }

    private Candidate FitSize(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, Reference reference, bool inPlace, Candidate from, long limit)
    {
        double low = Math.Log2(Math.Max(from.Divergence, 1e-5));
        double high = low;
        Candidate fitting = from;
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
            Candidate c = MeasurePlan(plan, Math.Pow(2, middle), working, layers, reference, inPlace);
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
    private Candidate Refine(StepPlan plan, Model working, IReadOnlyList<LinearLayer> layers, Reference reference, bool inPlace, Candidate best)
    {
        _progress?.Report("refining single layers");
        CompressSamples probe = reference.Samples.Take(_options.SensitivitySamples);
        Reference probeReference = reference.Take(probe.Count);
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
        Candidate result = best;
        foreach (double factor in (double[])[1, 1.3, 1.7, 2.2])
        {
            Candidate c = MeasurePlan(second, divergenceNow * factor, working, layers, reference, inPlace);
            if (!c.Accepted)
            {
                break;
            }

            result = Better(result, c);
        }

        return result;
    }

    private IReadOnlyList<LinearLayer> Layers(Model model) => LayerPreparation.Layers(model, _options.MinimumElements);

    private double[] Sensitivities(Model working, IReadOnlyList<LinearLayer> layers, LayerQuantizers[] quantizers, Reference probe)
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

    private double Divergence(Model working, IReadOnlyList<LinearLayer> layers, LayerCodes?[] codes, Reference probe)
    {
        Model model = Build(working, layers, codes, inPlace: true);
        AnswerSheet answers = AnswerSheet.Create(_samples.Outputs(model, probe.Samples), probe.AreProbabilities);
        return Math.Max(0, answers.CompareWith(probe.Answers, probe.Samples.Labels).Divergence);
    }

    private Candidate MeasurePlan(StepPlan plan, double divergence, Model working, IReadOnlyList<LinearLayer> layers, Reference reference, bool inPlace)
    {
        LayerCodes?[] codes = plan.Quantize(divergence);
        string name = string.Create(CultureInfo.InvariantCulture, $"divergence {divergence:0.#####}");
        return Measure(name, working, codes, layers, divergence, reference, inPlace);
    }

    private Candidate Measure(string name, Model working, LayerCodes?[] codes, IReadOnlyList<LinearLayer> layers, double divergence, Reference reference, bool inPlace)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Report($"trying {name}");
        Model model = Build(working, layers, codes, inPlace);
        long bytes = _measure(_serialize(model));
        CandidateScore score = Score(model, reference);
        bool accepted = score.Samples == reference.Samples.Count && score.IsWithin(_options.MaxDrop / 100);
        _trials.Add(new CompressTrial(name, divergence, bytes, score, accepted));
        return new Candidate(model, codes, bytes, score, accepted, divergence);
    }

    // A candidate that is plainly too coarse on a part of the samples is not run on the rest: its drop of probability lies three standard errors beyond the bound.
    private CandidateScore Score(Model model, Reference reference)
    {
        using IModelSession session = _runner.Load(model, new SessionOptions { Threads = 1 });
        int part = Math.Max(256, reference.Samples.Count / 8);
        float[][] outputs = [];
        while (true)
        {
            CompressSamples next = reference.Samples.Skip(outputs.Length).Take(part);
            outputs = [.. outputs, .. _samples.Outputs(session, next)];
            Reference seen = reference.Take(outputs.Length);
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

    private CompressOutcome Outcome(IReadOnlyList<LinearLayer> layers, Candidate best, StepPlan? plan)
    {
        List<LayerPlan> plans = [];
        for (int t = 0; t < layers.Count; t++)
        {
            LayerCodes? c = best.Codes[t];
            string name = layers[t].Weight.Producer?.Name ?? layers[t].Weight.Name;
            plans.Add(c is null
                ? new LayerPlan(name, layers[t].Weight.Constant!.Count, "unchanged", 0, plan?.Sensitivities[t] ?? 0, 32, double.PositiveInfinity)
                : new LayerPlan(name, c.Codes.Length, NameOf(c.Encoding), c.Step, plan!.Sensitivities[t],
                    Entropy(c.Codes), Sqnr(plan.Quantizers[t].Main.Original, c.Weights)));
        }

        return new CompressOutcome
        {
            Model = best.Model,
            Bytes = best.Bytes,
            Score = best.Score,
            WithinDrop = best.Score.Drop <= (_options.MaxDrop / 100) + 1e-12,
            WithinSize = _options.MaxSize is not { } limit || best.Bytes <= limit,
            Layers = plans,
            Trials = _trials,
        };
    }

    internal static string NameOf(WeightEncoding encoding) => encoding switch
    {
        WeightEncoding.InPlace => "in-place",
        WeightEncoding.Codes => "codes",
        WeightEncoding.CodesWithInputScales => "codes-input-scales",
        _ => "unchanged",
    };

    private static Candidate Better(Candidate a, Candidate b) => b.Bytes < a.Bytes ? b : a;

    private static double Entropy(sbyte[] codes)
    {
        int[] counts = new int[256];
        foreach (sbyte c in codes)
        {
            counts[c + 128]++;
        }

        double bits = 0;
        foreach (int n in counts)
        {
            if (n > 0)
            {
                bits -= n * Math.Log2((double)n / codes.Length);
            }
        }

        return codes.Length == 0 ? 0 : bits / codes.Length;
    }

    private static double Sqnr(ReadOnlySpan<float> before, float[] after)
    {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < after.Length; i++)
        {
            signal += (double)before[i] * before[i];
            noise += (double)(before[i] - after[i]) * (before[i] - after[i]);
        }

        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }

    private sealed record Candidate(Model Model, LayerCodes?[] Codes, long Bytes, CandidateScore Score, bool Accepted, double Divergence);

    private sealed record Reference(AnswerSheet Answers, bool AreProbabilities, CompressSamples Samples)
    {
        public Reference Take(int count) => count >= Samples.Count ? this : new Reference(Answers.Take(count), AreProbabilities, Samples.Take(count));
    }
}
