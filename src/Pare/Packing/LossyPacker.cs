using System.Diagnostics;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>Packs a model with as much loss as a bound allows: optimises, searches, writes the container, proves it on data apart. Stateless and thread-safe.</summary>
/// <param name="runner">Runs models.</param>
public sealed class LossyPacker(IModelRunner runner)
{
    /// <summary>Does the job. The file appears when the caller commits <paramref name="outputs"/>.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="outputs">Takes the container.</param>
    /// <param name="progress">Told what is being done; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">Data, labels or preprocessing do not fit the model, or the output exists.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot be run.</exception>
    public LossyPackReport Run(LossyPackRequest request, FileTransaction outputs, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outputs);
        Stopwatch clock = Stopwatch.StartNew();
        LossyPackOptions options = request.Options;
        FileTransaction.CheckTarget(request.Output, outputs.Overwrites);
        if (request.Recipe is not null)
        {
            FileTransaction.CheckTarget(request.Recipe, outputs.Overwrites);
        }

        OpenedModel opened = ModelFile.Open(request.Input);
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
        (LoadedSamples selection, int[] used) = Load(opened.Model, selectionData, options.SelectionSamples, evaluation, request, cancellation);
        CompressSamples? calibration = null;
        if (request.Calibration is not null)
        {
            using Dataset data = Datasets.Open(request.Calibration);
            calibration = LossyPreparation.Samples(Load(opened.Model, data, LossyPreparation.MostCalibration, evaluation, request, cancellation).Loaded);
        }

        // Before the search, so that labels that do not fit the model are refused at once.
        progress?.Report("measuring the original");
        Evaluator evaluator = new(runner);
        using Dataset selectionUsed = selectionData.Subset(used);
        EvaluationResult baselineSelection = evaluator.Evaluate(opened.Model, selectionUsed, evaluation, cancellation: cancellation);
        EvaluationResult baselineTest = evaluator.Evaluate(opened.Model, testData, evaluation, cancellation: cancellation);

        progress?.Report("optimising");
        Model working = opened.Model.Clone();
        IReadOnlyList<Change> changes = CompressStep.Optimise(working, new PassContext { Runner = runner, Threads = options.Threads, Seed = options.Seed, Cancellation = cancellation });
        LossySearch search = new(runner, m => Pack(m, opened, options.Threads, cancellation).Length, selectionData.IsImages ? MirroredSamples.Double : null, options, progress, cancellation);
        LossyOutcome outcome = search.Run(opened.Model, working, calibration, LossyPreparation.Samples(selection));

        progress?.Report("proving the result");
        Pack(outcome.Model, opened, options.Threads, cancellation).CopyTo(outputs.Create(request.Output));
        FileReport output = FileReport.Of(request.Output, outputs);
        if (request.Recipe is not null)
        {
            new Recipe
            {
                Version = Recipe.CurrentVersion,
                Pare = ModelRewriter.Version,
                Seed = options.Seed,
                Check = "none",
                Steps = [LossyPackStep.Of(request, outcome)],
                Input = FileReport.Of(request.Input),
                Output = output,
            }.Write(outputs.Create(request.Recipe));
        }

        EvaluationOptions resultOptions = evaluation with { ModelName = Path.GetFileName(request.Output) };
        EvaluationResult resultSelection = evaluator.Evaluate(outcome.Model, selectionUsed, resultOptions, cancellation: cancellation);
        EvaluationResult resultTest = evaluator.Evaluate(outcome.Model, testData, resultOptions, cancellation: cancellation);
        PairedDrop onSelection = PairedDrop.Of(baselineSelection.Rows, resultSelection.Rows);
        PairedDrop onTest = PairedDrop.Of(baselineTest.Rows, resultTest.Rows);
        IReadOnlyList<string> broken = Broken(options, outcome, onTest);
        return new LossyPackReport
        {
            Input = FileReport.Of(request.Input),
            Output = output,
            Ratio = (double)opened.FileBytes / Math.Max(1, output.Bytes),
            BitsPerWeight = 8.0 * output.Bytes / Math.Max(1, outcome.Tensors.Sum(t => t.Elements)),
            Baseline = new CompressPart(opened.FileBytes, opened.FileBytes, baselineSelection, baselineTest),
            Result = new CompressPart(output.Bytes, output.Bytes, resultSelection, resultTest),
            MaxDrop = options.MaxDrop,
            MaxSize = options.MaxSize,
            Judged = outcome.Score,
            SelectionDrop = onSelection.Points,
            SelectionDropMargin = onSelection.Margin,
            SelectionAgreement = onSelection.Agreement,
            TestDrop = onTest.Points,
            TestDropMargin = onTest.Margin,
            TestAgreement = onTest.Agreement,
            McnemarP = onTest.McnemarP,
            WithinBounds = broken.Count == 0,
            Broken = broken,
            Changes = changes,
            Tensors = outcome.Tensors,
            Tried = outcome.Trials,
            Preprocessing = selection.Preprocessing,
            Warnings = [.. opened.Model.Diagnostics.Concat(selection.Diagnostics).Concat(resultTest.Warnings).Distinct().Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}").Distinct()],
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    private static List<string> Broken(LossyPackOptions options, LossyOutcome outcome, PairedDrop test)
    {
        List<string> broken = [];
        if (!outcome.WithinSize)
        {
            broken.Add($"{outcome.Bytes} bytes, more than {options.MaxSize}");
        }

        double drop = options.ByAgreement ? 100 * (1 - test.Agreement) : test.Points;
        if (options.MaxDrop is { } most && drop > most + test.Margin)
        {
            broken.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the drop on the test samples is {drop:0.00} points, more than {most} and its interval of {test.Margin:0.00}"));
        }

        return broken;
    }

    private (LoadedSamples Loaded, int[] Used) Load(Model model, Dataset data, int most, EvaluationOptions evaluation, LossyPackRequest request, CancellationToken cancellation)
    {
        (LoadedSamples loaded, int[] used) = LossyPreparation.Load(runner, model, data, most, request.Options.Seed, evaluation, cancellation);
        if (!request.SkipUnreadable && loaded.Unreadable.Count > 0)
        {
            throw new ModelFormatException("data", $"{loaded.Unreadable.Count} samples cannot be read, the first '{loaded.Unreadable[0].File}': {loaded.Unreadable[0].Why}; --skip-unreadable leaves them out");
        }

        return (loaded, used);
    }

    private static MemoryStream Pack(Model model, OpenedModel opened, int threads, CancellationToken cancellation)
    {
        MemoryStream stream = new();
        ModelPacker.Pack(model, opened.Format, opened.Suffix, stream, new PackOptions { Threads = threads }, cancellation);
        stream.Position = 0;
        return stream;
    }
}
