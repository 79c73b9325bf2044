using System.Globalization;
using Pare.Compress;
using Pare.Passes.Quantize;

namespace Pare.Packing;

/// <summary>
/// Searches the price of a bit at which a model is as small as its bound allows. The price is common to all tensors, so there is one number to search: a step or two by the
/// rule that the divergence grows about as the price does, then bisection; treatments are weighed against each other at one price, and the price is searched once more. With few samples the price is found by calibrating on one part and judging on the other; the
/// result is then calibrated on all. Deterministic for a given seed, whatever the number of threads.
/// </summary>
internal sealed class LossySearch
{
    // A selection smaller than this is used whole for the result, once the price is known.
    private const int Few = 1000;

    // Where the search begins; a common order of magnitude.
    private const double FirstPrice = 5e-6;
    private const double FinePrice = 1.06;

    // Few samples cannot tell such small differences.
    private const double CoarsePrice = 1.2;

    // A size is met when so much of it is used.
    private const double SizeUsed = 0.985;

    // With few samples a refit must not follow them too far.
    private const double StiffRefit = 0.3;
    private const double SoftRefit = 0.05;
    private readonly IModelRunner _runner;
    private readonly Func<Model, long> _size;
    private readonly Func<CompressSamples, CompressSamples>? _augment;
    private readonly LossyPackOptions _options;
    private readonly IProgress<string>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly SampleRunner _samples;
    private readonly List<LossyTrial> _trials = [];
    private double _overhead = double.NaN;
    private double _sizedAt;

    public LossySearch(
        IModelRunner runner, Func<Model, long> size, Func<CompressSamples, CompressSamples>? augment, LossyPackOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        _augment = augment;
        _runner = runner;
        _size = size;
        _options = options;
        _progress = progress;
        _cancellation = cancellation;
        _samples = new SampleRunner(runner, options.Threads, cancellation);
    }

    /// <summary>Searches.</summary>
    /// <param name="original">The model as it came: its answers are what counts.</param>
    /// <param name="working">The model to encode: the original optimised.</param>
    /// <param name="calibration">Samples for calibration; null to take a part of the selection.</param>
    /// <param name="selection">Samples to choose by, shuffled.</param>
    public LossyOutcome Run(Model original, Model working, CompressSamples? calibration, CompressSamples selection)
    {
        if (_options.ByAgreement)
        {
            selection = selection with { Labels = null };
        }

        (CompressSamples fit, CompressSamples judge) = LossyPreparation.Split(calibration, selection);
        _progress?.Report("measuring the original");
        LossyJudge judging = LossyJudge.Create(_runner, _samples, original, judge);
        LossyEncoder encoder = Encoder(working, fit, judging);
        CandidateScore same = judging.Score(_samples, working);
        Candidate none = new(working, [], 0, long.MaxValue, same, true, new RateDistortionOptions());
        if (!encoder.HasWeights)
        {
            return Outcome(none);
        }

        _progress?.Report("measuring the answers' curvature");
        encoder.MeasureSensitivities(working, _cancellation);
        bool bySize = _options.MaxSize is not null && _options.MaxDrop is null;
        RateDistortionOptions plain = new() { RefitDamping = fit.Count < Few ? StiffRefit : SoftRefit };
        Candidate first = Search(encoder, plain, judging, FirstPrice, 2, none, bySize);
        if (first.Lambda == 0)
        {
            return Outcome(none);
        }

        RateDistortionOptions chosen = Variant(encoder, first, judging);
        double fine = judging.Count < Few ? CoarsePrice : FinePrice;
        Candidate best = Search(encoder, chosen, judging, first.Lambda * (chosen == plain ? 1.4 : 1), fine, first, bySize);
        if (!bySize && _options.MaxSize is { } limit && best.Bytes > limit)
        {
            best = Search(encoder, chosen, judging, Math.Max(best.Lambda, first.Lambda), fine, best, bySize: true);
        }

        if (calibration is null && selection.Count <= Few && best.Lambda > 0)
        {
            best = OnAll(original, working, selection, best);
        }

        long bytes = _size(best.Model);
        for (int tries = 0; tries < 4 && _options.MaxSize is { } most && bytes > most && best.Lambda > 0; tries++)
        {
            // What was foretold was a little too little.
            best = Encode(encoder, best.Options, best.Lambda * 1.06, judging, "a little smaller");
            bytes = _size(best.Model);
        }

        return Outcome(best, bytes);
    }

    // The price is known: now every sample serves for calibration. Should that go wrong on some sample, a lower price or what was found before must do.
    private Candidate OnAll(Model original, Model working, CompressSamples selection, Candidate found)
    {
        LossyJudge all = LossyJudge.Create(_runner, _samples, original, selection);
        LossyEncoder encoder = Encoder(working, selection, all);
        encoder.MeasureSensitivities(working, _cancellation);
        double lambda = found.Lambda;
        for (int tries = 0; tries < 3; tries++, lambda /= 1.4)
        {
            Candidate c = Encode(encoder, found.Options, lambda, all, "calibrated on all samples");
            bool fits = _options.MaxSize is not { } size || c.Bytes <= size || c.Bytes <= found.Bytes;
            if (fits && (_options.MaxDrop is null ? c.Score.Divergence <= found.Score.Divergence * 1.2 : c.Accepted))
            {
                return (_options.MaxDrop is null ? Filled(encoder, all, c) : c) with { OnAll = true };
            }
        }

        return found;
    }

    // More samples tell better what a weight is worth, and fewer bytes are taken at one price: what is left of the size is spent.
    private Candidate Filled(LossyEncoder encoder, LossyJudge judging, Candidate c) => _options.MaxSize is not { } size || c.Bytes > SizeUsed * size ? c
        : Search(encoder, c.Options, judging, c.Lambda * Math.Pow((double)c.Bytes / size, 4), FinePrice, c, bySize: true);

    private LossyEncoder Encoder(Model working, CompressSamples fit, LossyJudge judging) =>
        LossyPreparation.Encoder(_runner, _samples, working, _augment is null ? fit : _augment(fit), judging, _options);

    // The price at which the bound just holds: that on the size or that on the drop.
    private Candidate Search(LossyEncoder encoder, RateDistortionOptions options, LossyJudge judging, double start, double precision, Candidate best, bool bySize)
    {
        double low = double.NaN;
        double high = double.NaN;
        double lambda = start;
        for (int tries = 0; tries < 12; tries++)
        {
            Candidate c = Encode(encoder, options, lambda, judging, "price");
            if (bySize ? c.Bytes > _options.MaxSize : c.Accepted)
            {
                low = lambda;
            }
            else
            {
                high = lambda;
            }

            best = Better(best, c);
            if (bySize && c.Bytes <= _options.MaxSize && c.Bytes > SizeUsed * _options.MaxSize)
            {
                break;
            }

            if (!double.IsNaN(low) && !double.IsNaN(high))
            {
                if (high / low < precision)
                {
                    break;
                }

                lambda = Math.Sqrt(low * high);
                continue;
            }

            // The divergence grows about as the price: aim at where it meets its limit, a little beyond, so that the other side is found too.
            double limit = _options.MaxDrop is { } points ? points * PackBound.Limit(judging.Count) : c.Score.Divergence;
            double wanted = bySize ? Math.Pow((double)c.Bytes / _options.MaxSize!.Value, 2) : limit / Math.Max(1e-9, c.Score.Divergence);
            double margin = Math.Max(precision, 1.25);
            double factor = double.IsNaN(high) ? Math.Max(margin, Math.Min(wanted * margin, 30)) : Math.Min(1 / margin, Math.Max(wanted / margin, 1.0 / 30));
            lambda *= factor;
            if (lambda is < 1e-14 or > 1e4)
            {
                break;
            }
        }

        return best;
    }

    // The treatment that does best at one price. Bytes are made comparable by how the divergence was seen to fall with them.
    private RateDistortionOptions Variant(LossyEncoder encoder, Candidate first, LossyJudge judging)
    {
        double slope = Slope(first);
        Candidate best = first;
        RateDistortionOptions other = first.Options with { RefitDamping = first.Options.RefitDamping == StiffRefit ? SoftRefit : StiffRefit };
        foreach ((string name, RateDistortionOptions options) in ((string, RateDistortionOptions)[])
            [(other.RefitDamping == StiffRefit ? "stiff refit" : "soft refit", other), ("without refit", first.Options with { Refit = false })])
        {
            Candidate c = Encode(encoder, options, first.Lambda, judging, name);
            if (Math.Log(c.Score.Divergence) + (slope * Math.Log(c.Bytes)) < Math.Log(best.Score.Divergence) + (slope * Math.Log(best.Bytes)))
            {
                best = c;
            }
        }

        return best.Options;
    }

    // -d log divergence / d log bytes about a candidate.
    private double Slope(Candidate at)
    {
        LossyTrial? next = _trials.Where(t => t.Lambda != at.Lambda).MinBy(t => Math.Abs(Math.Log(t.Lambda / at.Lambda)));
        if (next is null || next.Bytes == at.Bytes || next.Score.Divergence <= 0 || at.Score.Divergence <= 0)
        {
            return 2;
        }

        double slope = -Math.Log(next.Score.Divergence / at.Score.Divergence) / Math.Log((double)next.Bytes / at.Bytes);
        return double.IsFinite(slope) ? Math.Clamp(slope, 1, 8) : 2;
    }

    private Candidate Encode(LossyEncoder encoder, RateDistortionOptions options, double lambda, LossyJudge judging, string name)
    {
        _cancellation.ThrowIfCancellationRequested();
        (Model model, IReadOnlyList<LossyTensor> tensors) = encoder.Encode(lambda, options, _cancellation);
        return Measure(name, model, tensors, lambda, judging) with { Options = options, Steps = encoder.Steps };
    }

    private Candidate Measure(string name, Model model, IReadOnlyList<LossyTensor> tensors, double lambda, LossyJudge judging)
    {
        long bytes = Bytes(model, tensors);
        CandidateScore score = judging.Score(_samples, model);
        bool accepted = _options.MaxDrop is not { } points || PackBound.Holds(score, points);
        _progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{name} {lambda:g3}: {bytes} bytes, divergence {score.Divergence:0.0000}, drop {100 * score.Drop:0.00}, agreement {100 * score.Agreement:0.0}%{(accepted ? "" : ", too much")}"));
        _trials.Add(new LossyTrial(name, lambda, bytes, score, accepted));
        return new Candidate(model, tensors, lambda, bytes, score, accepted, new RateDistortionOptions());
    }

    // Writing the container takes as long as a descent: now and then one tells how it differs from the tensors' own bits by the dry run.
    private long Bytes(Model model, IReadOnlyList<LossyTensor> tensors)
    {
        double own = tensors.Sum(t => t.Bits * t.Elements) / 8;
        if (double.IsNaN(_overhead) || Math.Abs(own - _sizedAt) > 0.25 * _sizedAt)
        {
            long real = _size(model);
            _overhead = real - own;
            _sizedAt = own;
            return real;
        }

        return (long)(own + _overhead);
    }

    // Smaller within the bound; without a bound on the drop, more faithful within the size. Beyond a size that must be met, smaller.
    private Candidate Better(Candidate best, Candidate c)
    {
        if (_options.MaxSize is { } size)
        {
            bool fits = c.Bytes <= size;
            bool fitted = best.Bytes <= size;
            if (!fits || !fitted)
            {
                return fits != fitted ? fits ? c : best : c.Bytes < best.Bytes ? c : best;
            }

            if (_options.MaxDrop is null)
            {
                return c.Score.Divergence < best.Score.Divergence ? c : best;
            }
        }

        return c.Accepted && (c.Bytes < best.Bytes || !best.Accepted) ? c : best;
    }

    private LossyOutcome Outcome(Candidate best, long? bytes = null)
    {
        long real = bytes ?? _size(best.Model);
        return new LossyOutcome
        {
            Model = best.Model,
            Bytes = real,
            Score = best.Score,
            Lambda = best.Lambda,
            Plan = best.Lambda > 0 ? best.Plan() : null,
            WithinSize = _options.MaxSize is not { } size || real <= size,
            Tensors = best.Tensors,
            Trials = _trials,
        };
    }

    private sealed record Candidate(Model Model, IReadOnlyList<LossyTensor> Tensors, double Lambda, long Bytes, CandidateScore Score, bool Accepted, RateDistortionOptions Options)
    {
        public IReadOnlyList<LossyLayerStep> Steps { get; init; } = [];

        public bool OnAll { get; init; }

        public LossyPlan Plan() => new() { Lambda = Lambda, Refit = Options.Refit, RefitDamping = Options.RefitDamping, AllSamples = OnAll, Steps = Steps };
    }
}
