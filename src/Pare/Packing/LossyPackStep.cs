using System.Text.Json;
using System.Text.Json.Serialization;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>
/// Packing within a bound, to be made again without searching: optimisation, then the encoding at the price and steps that were found. Layers are fitted to the same
/// samples, so the data must be there.
/// </summary>
public sealed record LossyPackStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "pack";

    /// <summary>The data that was chosen by.</summary>
    public required string Data { get; init; }

    /// <summary>Which samples of it were taken.</summary>
    public required DatasetOptions DataOptions { get; init; }

    /// <summary>Whether the data was halved, one half being kept for the report.</summary>
    public required bool Halved { get; init; }

    /// <summary>The data for calibration; null where part of the data chosen by served.</summary>
    public string? Calibration { get; init; }

    /// <summary>How pictures became inputs, as given; see <see cref="PreprocessingFile"/>.</summary>
    public JsonElement? Preprocessing { get; init; }

    /// <summary>Samples to choose by, at most.</summary>
    public required int SelectionSamples { get; init; }

    /// <summary>Samples for calibration, at most; null for what a minute allows.</summary>
    public int? CalibrationSamples { get; init; }

    /// <summary>What the search found; null where nothing was quantized.</summary>
    public LossyPlan? Plan { get; init; }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        IModelRunner runner = context.Runner ?? throw new PassException("pack", "needs a runner for the statistics of its layers");
        Model original = model.Clone();
        (CompressSamples selection, CompressSamples? calibration, bool pictures) = Load(original, runner, context);
        List<Change> changes = [.. CompressStep.Optimise(model, context)];
        if (Plan is not { } plan)
        {
            return new StepOutcome { Model = model, Changes = changes, StatedDrift = null };
        }

        (CompressSamples fit, CompressSamples judge) = plan.AllSamples ? (selection, selection) : LossyPreparation.Split(calibration, selection);
        SampleRunner samples = new(runner, context.Threads, context.Cancellation);
        LossyPackOptions options = new() { Seed = context.Seed, Threads = context.Threads, CalibrationSamples = CalibrationSamples };
        LossyEncoder encoder = LossyPreparation.Encoder(runner, samples, model, pictures ? MirroredSamples.Double(fit) : fit, LossyJudge.Create(runner, samples, original, judge), options);
        encoder.MeasureSensitivities(model, context.Cancellation);
        encoder.Fix(plan.Steps);
        (Model encoded, IReadOnlyList<LossyTensor> tensors) = encoder.Encode(plan.Lambda, new RateDistortionOptions { Refit = plan.Refit, RefitDamping = plan.RefitDamping }, context.Cancellation);
        changes.Add(new Change("pack", "constant coded", tensors.Count));
        return new StepOutcome { Model = encoded, Changes = changes, StatedDrift = null };
    }

    internal static LossyPackStep Of(LossyPackRequest request, LossyOutcome outcome) => new()
    {
        Data = Path.GetFullPath(request.Data),
        DataOptions = request.DataOptions,
        Halved = request.TestData is null,
        Calibration = request.Calibration is null ? null : Path.GetFullPath(request.Calibration),
        Preprocessing = request.Evaluation.Preprocessing is { } given ? JsonDocument.Parse(PreprocessingFile.ToJson(given)).RootElement.Clone() : null,
        SelectionSamples = request.Options.SelectionSamples,
        CalibrationSamples = request.Options.CalibrationSamples,
        Plan = outcome.Plan,
    };

    private (CompressSamples Selection, CompressSamples? Calibration, bool Pictures) Load(Model model, IModelRunner runner, PassContext context)
    {
        EvaluationOptions evaluation = new()
        {
            Preprocessing = Preprocessing is { ValueKind: JsonValueKind.Object } given ? PreprocessingFile.Parse(System.Text.Encoding.UTF8.GetBytes(given.GetRawText()), "recipe") : null,
            Threads = context.Threads,
        };
        using Dataset whole = Datasets.Open(Data, DataOptions);
        using Dataset data = Halved ? whole.Subset(StratifiedOrder.Halves(whole, context.Seed).First) : whole;
        CompressSamples selection = LossyPreparation.Samples(LossyPreparation.Load(runner, model, data, SelectionSamples, context.Seed, evaluation, context.Cancellation).Loaded);
        if (Calibration is null)
        {
            return (selection, null, data.IsImages);
        }

        using Dataset other = Datasets.Open(Calibration);
        LoadedSamples loaded = LossyPreparation.Load(runner, model, other, LossyPreparation.MostCalibration, context.Seed, evaluation, context.Cancellation).Loaded;
        return (selection, LossyPreparation.Samples(loaded), data.IsImages);
    }
}
