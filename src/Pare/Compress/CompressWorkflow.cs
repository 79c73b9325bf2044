using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pare.Codecs;
using Pare.Evaluation;
using Pare.Formats;
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
    /// <param name="suffix"><c>.recipe.json</c>, <c>.report.md</c> or <c>.report.json</c>.</param>
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
        ModelFile.CheckTarget(opened.Format, request.Output, outputs.Overwrites);
        foreach (string suffix in (string[])[".recipe.json", ".report.md", ".report.json"])
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

        IReadOnlyList<Change> changes = [];
        Model working = opened.Model.Clone();
        if (options.Structure == CompressStructure.Free)
        {
            progress?.Report("optimising");
            changes = CompressStep.Optimise(working, new PassContext { Runner = runner, Threads = options.Threads, Seed = options.Seed, Cancellation = cancellation });
        }

        CompressSearch search = new(runner, m => ToBytes(m, opened), Measure(options.Measure, request.Output), options, progress, cancellation);
        CompressOutcome outcome = search.Run(opened.Model, working, selection);

        progress?.Report("proving the result");
        ModelFile.Save(outcome.Model, opened.Format, request.Output, outputs, outputs.Overwrites);
        FileReport output = FileReport.Of(request.Output, outputs);
        byte[] before = ToBytes(opened.Model, opened);
        long baselineMeasured = Measure(options.Measure, request.Output)(before);
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
            Baseline = new CompressPart(opened.FileBytes, baselineMeasured, baselineSelection, baselineTest),
            Result = new CompressPart(output.Bytes, outcome.Bytes, resultSelection, resultTest),
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
            Warnings = [.. opened.Model.Diagnostics.Concat(loaded.Diagnostics).Concat(resultTest.Warnings).Distinct().Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}").Distinct()],
            Seconds = clock.Elapsed.TotalSeconds,
        };
        WriteBeside(request, options, outcome, report, loaded.Inputs.Count + loaded.Unreadable.Count, outputs);
        return report;
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

    private static byte[] ToBytes(Model model, OpenedModel opened)
    {
        using MemoryStream stream = new();
        opened.Format.Write(model, new StreamTarget(stream, opened.Suffix));
        return stream.ToArray();
    }

    private static CompressSamples ToSamples(LoadedSamples loaded) => new()
    {
        Inputs = loaded.Inputs,
        Labels = loaded.Labels.All(l => l.HasValue) ? [.. loaded.Labels.Select(l => l!.Value)] : null,
        Batch = loaded.Batch,
    };

    private static Func<byte[], long> Measure(CompressMeasure measure, string output) => measure switch
    {
        CompressMeasure.File => b => b.LongLength,
        // A zip of one entry: local header, central directory entry and end record are 98 bytes and twice the name; gzip has 18 around the same deflated bytes.
        CompressMeasure.Zip => b => GzipSizer.Measure(b) - 18 + 98 + (2 * Encoding.UTF8.GetByteCount(Path.GetFileName(output))),
        _ => b => GzipSizer.Measure(b),
    };

    private static void WriteBeside(CompressRequest request, CompressOptions options, CompressOutcome outcome, CompressReport report, int loadedCount, FileTransaction outputs)
    {
        Recipe recipe = new()
        {
            Version = Recipe.CurrentVersion,
            Pare = ModelRewriter.Version,
            Seed = options.Seed,
            Check = "none",
            Steps = [CompressStep.Of(request, outcome, loadedCount)],
            Input = report.Input,
            Output = report.Output,
        };
        recipe.Write(outputs.Create(Beside(request.Output, ".recipe.json")));
        using StreamWriter text = new(outputs.Create(Beside(request.Output, ".report.md")), new UTF8Encoding(false), leaveOpen: true);
        text.Write(CompressMarkdown.Of(report));
        using Utf8JsonWriter json = new(outputs.Create(Beside(request.Output, ".report.json")), new JsonWriterOptions { Indented = true });
        JsonSerializer.Serialize(json, report, CompressJson.Default.CompressReport);
    }
}
