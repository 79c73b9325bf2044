using System.Text.Json;
using System.Text.Json.Serialization;
using Pare.Evaluation;
using Pare.Passes.Optimize;
using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>
/// The result of a search, to be made again without searching: optimisation, then each weight at the step that was found. The steps' rounding spreads its
/// errors by the statistics of the same calibration samples, so the data must be there.
/// </summary>
public sealed record CompressStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "compress";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Converts => Target is not null;

    /// <summary>Format that the model was carried over into first; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>Whether the kernels of a TFLite model take the codes as they are.</summary>
    public bool Hybrid { get; init; }

    /// <summary>What happened to the graph.</summary>
    public required CompressStructure Structure { get; init; }

    /// <summary>The data that was chosen by.</summary>
    public required string Data { get; init; }

    /// <summary>Which samples of it were taken.</summary>
    public required DatasetOptions DataOptions { get; init; }

    /// <summary>Whether the data was halved, one half being kept for the report.</summary>
    public required bool Halved { get; init; }

    /// <summary>How pictures became inputs, as given; see <see cref="PreprocessingFile"/>.</summary>
    public JsonElement? Preprocessing { get; init; }

    /// <summary>Samples that were chosen by.</summary>
    public required int SelectionSamples { get; init; }

    /// <summary>Samples that every layer's statistics were taken from; some took more.</summary>
    public required int CalibrationSamples { get; init; }

    /// <summary>Constants with fewer elements were left alone.</summary>
    public required int MinimumElements { get; init; }

    /// <summary>Step and encoding of each weight in the graph's order.</summary>
    public required IReadOnlyList<WeightStep> Steps { get; init; }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        IModelRunner runner = context.Runner ?? throw new PassException("compress", "needs a runner for the statistics of its layers");
        using Dataset whole = Datasets.Open(Data, DataOptions);
        using Dataset data = Halved ? whole.Subset(StratifiedOrder.Halves(whole, context.Seed).First) : whole;
        int[] order = StratifiedOrder.Of(data, context.Seed);
        LoadedSamples loaded = new SampleLoader(runner).Load(model, data, [.. order.Take(SelectionSamples)], new EvaluationOptions { Preprocessing = Given(), Threads = context.Threads }, context.Cancellation);
        bool inPlace = Structure == CompressStructure.Same && Target is null;
        List<Change> changes = [];
        if (Target is not null)
        {
            StepOutcome converted = new ConvertStep { To = Target }.Apply(model, context);
            model = converted.Model;
            changes.AddRange(converted.Changes);
        }

        if (Structure == CompressStructure.Free)
        {
            changes.AddRange(Optimise(model, context));
        }

        IReadOnlyList<LinearLayer> layers = LayerPreparation.Layers(model, MinimumElements);
        if (layers.Count != Steps.Count)
        {
            throw new RecipeException($"the recipe has steps for {Steps.Count} weights, the model has {layers.Count}: it is not the model that the recipe was made with");
        }

        SampleRunner samples = new(runner, context.Threads, context.Cancellation);
        LayerQuantizers[] quantizers = LayerPreparation.Prepare(model, layers, new CompressSamples { Inputs = loaded.Inputs, Batch = loaded.Batch }, CalibrationSamples, inPlace, samples, context.Threads);
        LayerCodes?[] codes = new LayerCodes?[layers.Count];
        for (int t = 0; t < codes.Length; t++)
        {
            codes[t] = Steps[t].Quantize(quantizers[t]);
        }

        for (int t = 0; t < codes.Length; t++)
        {
            string name = layers[t].Weight.Producer?.Name ?? layers[t].Weight.Name;
            if (name != Steps[t].Weight)
            {
                throw new RecipeException($"the recipe's weight {t} is '{Steps[t].Weight}', the model's is '{name}': it is not the model that the recipe was made with");
            }
        }

        int count = codes.Count(c => c is not null);
        if (inPlace)
        {
            CodeStorage.ApplyInPlace(layers, codes);
        }
        else if (Hybrid)
        {
            TFLiteCodeStorage.Apply(layers, codes, hybrid: true);
        }
        else
        {
            CodeStorage.Apply(model, layers, codes);
        }

        return new StepOutcome { Model = model, Changes = [.. changes, new Change("compress", inPlace ? "weight rounded in place" : "weight stored as codes", count)], StatedDrift = null };
    }

    private Preprocessing? Given() => Preprocessing is { ValueKind: JsonValueKind.Object } given ? PreprocessingFile.Parse(System.Text.Encoding.UTF8.GetBytes(given.GetRawText()), "recipe") : null;

    internal static IReadOnlyList<Change> Optimise(Model model, PassContext context) => OptimizeStep.Sum(OptimizePipeline.Create(model, new OptimizeOptions()).Run(model, context));

    internal static CompressStep Of(CompressRequest request, CompressOutcome outcome, int selectionSamples) => new()
    {
        Target = request.Options.Target,
        Hybrid = outcome.Hybrid,
        Structure = request.Options.Structure,
        Data = Path.GetFullPath(request.Data),
        DataOptions = request.DataOptions,
        Halved = request.TestData is null,
        Preprocessing = request.Evaluation.Preprocessing is { } given ? JsonDocument.Parse(PreprocessingFile.ToJson(given)).RootElement.Clone() : null,
        SelectionSamples = selectionSamples,
        CalibrationSamples = request.Options.CalibrationSamples,
        MinimumElements = request.Options.MinimumElements,
        Steps = [.. outcome.Layers.Select(l => new WeightStep(l.Weight, l.Encoding, l.Step))],
    };
}
