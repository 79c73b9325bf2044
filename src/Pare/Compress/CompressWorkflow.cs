using System.Diagnostics;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.TFLite;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>Compresses a model file under a budget: optimises, searches, proves on data apart, writes model, recipe and report. Stateless and thread-safe.</summary>
/// <param name="runner">Runs models.</param>
public sealed class CompressWorkflow(IModelRunner runner)
{
    private const int LargestSelection = 6000;
    private const long LargestSelectionBytes = 1_000_000_000;

    /// <summary>The file beside an output that a report or recipe goes to.</summary>
    /// <param name="output">The model's output file.</param>
    /// <param name="suffix">One of <c>.recipe.json</c>, <c>.report.md</c>, <c>.report.json</c>, <c>.report.html</c>, <c>.pareto.csv</c>, <c>.pareto.png</c>.</param>
    public static string Beside(string output, string suffix) => output + suffix;

    /// <summary>Does the job. The files appear when the caller commits <paramref name="outputs"/>.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="outputs">Takes the model, recipe and reports.</param>
    /// <param name="progress">Told what is being done; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">Data, labels or preprocessing do not fit the model, or an output exists.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot be run.</exception>
    public CompressReport Run(CompressRequest request, FileTransaction outputs, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outputs);
        Stopwatch clock = Stopwatch.StartNew();
        CompressOptions options = request.Options;
        OpenedModel opened = ModelFile.Open(request.Input);
        bool toTFLite = IsForTFLite(opened, options);
        IModelFormat format = toTFLite ? new TFLiteFormat() : opened.Format;
        CheckSuffix(format, toTFLite, request.Output);
        ModelFile.CheckTarget(format, request.Output, outputs.Overwrites);
        foreach (string suffix in CompressFiles.Suffixes)
        {
            FileTransaction.CheckTarget(Beside(request.Output, suffix), outputs.Overwrites);
        }

        EvaluationOptions evaluation = request.Evaluation with { Threads = options.Threads, ModelName = Path.GetFileName(request.Input) };

        progress?.Report("loading samples");
        using Dataset whole = Datasets.Open(request.Data, request.DataOptions);
        using Dataset? other = request.TestData is null ? null : Datasets.Open(request.TestData);
        (int[] chosen, int[] kept) = other is null ? StratifiedOrder.Halves(whole, options.Seed) : ([.. Enumerable.Range(0, whole.Items.Count)], []);
        if (chosen.Length == 0 || (other is null && kept.Length == 0))
        {
            throw new UsageException($"'{request.Data}' has {whole.Items.Count} samples, too few to choose by one half and report on the other: give more, or --test-data");
        }

        using Dataset selectionData = other is null ? whole.Subset(chosen) : whole;
        using Dataset testData = other ?? whole.Subset(kept);
        LoadedSamples loaded = LoadSelection(opened.Model, selectionData, evaluation, options, request.SkipUnreadable, cancellation);
        CompressSamples selection = ToSamples(loaded);

        (Model working, IReadOnlyList<Change> changes) = Prepare(opened.Model, options, toTFLite, progress, cancellation);
        CompressMeasurer measurer = new(options.Measure, format, request.Output, toTFLite ? ".tflite" : opened.Suffix);
        CompressSearch search = new(runner, measurer.Serialize, measurer.Measure, options, progress, cancellation);
        PassContext context = new() { Runner = runner, Threads = options.Threads, Seed = options.Seed, Cancellation = cancellation };
        CompressOutcome outcome = search.Run(opened.Model, working, selection, toTFLite ? TFLiteSchemes.Of(request, opened.Model, working, selection, context) : null);

        progress?.Report("proving the result");
        ModelFile.Save(outcome.Model, format, request.Output, outputs, outputs.Overwrites);
        FileReport output = FileReport.Of(request.Output, outputs);
        CompressMeasurer before = new(options.Measure, opened.Format, request.Input, opened.Suffix);
        long baselineMeasured = before.Measure(before.Serialize(opened.Model));
        Evaluator evaluator = new(runner);
        EvaluationOptions resultOptions = evaluation with { ModelName = Path.GetFileName(request.Output) };
        int[] used = [.. StratifiedOrder.Of(selectionData, options.Seed).Take(loaded.Inputs.Count).Order()];
        using Dataset selectionUsed = selectionData.Subset(used);
        EvaluationResult baselineSelection = evaluator.Evaluate(opened.Model, selectionUsed, evaluation, cancellation: cancellation);
        EvaluationResult resultSelection = evaluator.Evaluate(outcome.Model, selectionUsed, resultOptions, cancellation: cancellation);
        EvaluationResult baselineTest = evaluator.Evaluate(opened.Model, testData, evaluation, cancellation: cancellation);
        EvaluationResult resultTest = evaluator.Evaluate(outcome.Model, testData, resultOptions, cancellation: cancellation);
        PairedDrop paired = PairedDrop.Of(baselineTest.Rows, resultTest.Rows);

        List<string> broken = [];
        if (!outcome.WithinSize)
        {
            broken.Add($"{outcome.Bytes} bytes, more than {options.MaxSize}");
        }

        if (paired.Points > options.MaxDrop + paired.Margin)
        {
            broken.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the drop on the test samples is {paired.Points:0.00} points, more than {options.MaxDrop} and its interval of {paired.Margin:0.00}"));
        }

        CompressReport report = new()
        {
            Input = FileReport.Of(request.Input),
            Output = output,
            Baseline = new CompressPart(opened.FileBytes, baselineMeasured, baselineSelection, baselineTest)
            {
                Model = CompressModel.Of(opened.Model, request.Input, opened.Format.Name, opened.FileBytes),
                Latency = CompressLatency.Of(runner, opened.Model, request.Input, opened.FileBytes, options.Seed, cancellation),
            },
            Result = new CompressPart(output.Bytes, outcome.Bytes, resultSelection, resultTest)
            {
                Model = CompressModel.Of(outcome.Model, request.Output, format.Name, output.Bytes),
                Latency = CompressLatency.Of(runner, outcome.Model, request.Output, output.Bytes, options.Seed, cancellation),
            },
            Chosen = outcome.Chosen,
            Replay = $"pare apply {Beside(request.Output, ".recipe.json")} {request.Input} -o {request.Output}",
            Measure = options.Measure.ToString().ToLowerInvariant(),
            Measured = outcome.Bytes,
            Ratio = (double)baselineMeasured / outcome.Bytes,
            MaxDrop = options.MaxDrop,
            MaxSize = options.MaxSize,
            SelectionDrop = outcome.Score.Drop * 100,
            TestDrop = paired.Points,
            TestDropMargin = paired.Margin,
            TestAgreement = paired.Agreement,
            McnemarP = paired.McnemarP,
            WithinBounds = broken.Count == 0,
            Broken = broken,
            Changes = changes,
            Layers = outcome.Layers,
            Tried = outcome.Trials,
            Preprocessing = loaded.Preprocessing,
            Warnings = [.. outcome.Warnings, .. opened.Model.Diagnostics.Concat(loaded.Diagnostics).Concat(resultTest.Warnings).Distinct().Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}").Distinct()],
            Seconds = clock.Elapsed.TotalSeconds,
        };
        CompressFiles.Write(request, outcome, report, loaded.Inputs.Count + loaded.Unreadable.Count, outputs);
        return report;
    }

    private static bool IsForTFLite(OpenedModel opened, CompressOptions options) => options.Target switch
    {
        "tflite" => true,
        null => ReferenceEquals(opened.Model.Vocabulary, Vocabularies.TFLite) && options.Structure == CompressStructure.Free,
        _ => throw new UsageException($"'{options.Target}' is no target; known is tflite, and without one the model's own format", "--target"),
    };

    // What is meant is plain from the output's name.
    private static void CheckSuffix(IModelFormat format, bool toTFLite, string output)
    {
        bool named = ReferenceEquals(ModelFile.FormatOf(output)?.Vocabulary, Vocabularies.TFLite);
        if (named != toTFLite)
        {
            throw new UsageException(
                named ? $"the output '{output}' is a TFLite model, the input is {format.Name}: --target tflite compresses for TFLite ('convert' only changes the format)" : $"with --target tflite the output is a .tflite file; found '{output}'",
                output);
        }
    }

    private (Model Working, IReadOnlyList<Change> Changes) Prepare(Model original, CompressOptions options, bool toTFLite, IProgress<string>? progress, CancellationToken cancellation)
    {
        PassContext context = new() { Runner = runner, Threads = options.Threads, Seed = options.Seed, Cancellation = cancellation };
        Model working = original.Clone();
        List<Change> changes = [];
        if (toTFLite)
        {
            progress?.Report("converting");
            StepOutcome converted = new ConvertStep { To = "tflite" }.Apply(working, context);
            working = converted.Model;
            changes.AddRange(converted.Changes);
        }

        if (options.Structure == CompressStructure.Free)
        {
            progress?.Report("optimising");
            changes.AddRange(CompressStep.Optimise(working, context));
        }

        return (working, changes);
    }

    private LoadedSamples LoadSelection(Model model, Dataset data, EvaluationOptions evaluation, CompressOptions options, bool skipUnreadable, CancellationToken cancellation)
    {
        int[] order = StratifiedOrder.Of(data, options.Seed);
        SampleLoader loader = new(runner);
        LoadedSamples first = loader.Load(model, data, order[..1], evaluation, cancellation);
        long bytes = Math.Max(1, first.Inputs[0].Sum(t => t.ByteLength));
        int count = (int)Math.Clamp(LargestSelectionBytes / bytes, 16, LargestSelection);
        LoadedSamples loaded = loader.Load(model, data, [.. order.Take(count)], evaluation, cancellation);
        if (!skipUnreadable && loaded.Unreadable.Count > 0)
        {
            throw new ModelFormatException("data", $"{loaded.Unreadable.Count} samples cannot be read, the first '{loaded.Unreadable[0].File}': {loaded.Unreadable[0].Why}; --skip-unreadable leaves them out");
        }

        return loaded;
    }

    private static CompressSamples ToSamples(LoadedSamples loaded) => new()
    {
        Inputs = loaded.Inputs,
        Labels = loaded.Labels.All(l => l.HasValue) ? [.. loaded.Labels.Select(l => l!.Value)] : null,
        Batch = loaded.Batch,
    };
}
