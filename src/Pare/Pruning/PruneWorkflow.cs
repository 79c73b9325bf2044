using System.Diagnostics;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Pruning;

/// <summary>Prunes a model file and measures both models: sizes, work, time, and accuracy where there are data. Stateless and thread-safe.</summary>
/// <param name="runner">Runs models.</param>
public sealed class PruneWorkflow(IModelRunner runner)
{
    /// <summary>Does a job. Files appear when the caller commits <paramref name="outputs"/>.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="outputs">Takes the files.</param>
    /// <param name="progress">Receives progress in [0, 1]; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">An option is out of range, the data do not fit the model, or an output exists.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot be run, where that is needed.</exception>
    public PruneReport Run(PruneRequest request, FileTransaction outputs, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outputs);
        long started = Stopwatch.GetTimestamp();
        request.Step.Check();
        RewriteRequest job = request.Rewrite with { Steps = [request.Step] };
        (RewriteReport report, OpenedModel before, Model after) = new ModelRewriter(runner).Rewrite(job, outputs, keepsOriginal: true, progress, cancellation);
        List<string> warnings = [.. report.Warnings];
        (EvaluationResult? Before, EvaluationResult? After) evaluated = Evaluate(request, before.Model, after, warnings, cancellation);
        PairedDrop? drop = evaluated is ({ } b, { } a) ? PairedDrop.Of(b.Rows, a.Rows) : null;
        ModelMeter meter = new(runner, job.Threads);
        using MemoryStream written = new();
        Stream output = outputs.StreamOf(job.Output);
        output.Position = 0;
        output.CopyTo(written);
        output.Position = output.Length;
        return new PruneReport
        {
            Input = report.Input,
            Output = report.Output!,
            Pattern = request.Step.Pattern,
            Before = meter.Measure(before.Model, before.Format, before.Suffix, BytesOf(before), evaluated.Before, warnings, cancellation),
            After = meter.Measure(after, before.Format, before.Suffix, written.ToArray(), evaluated.After, warnings, cancellation),
            Drop = drop?.Points,
            DropMargin = drop?.Margin,
            Tensors = Changed(before.Model, after),
            Changes = report.Changes,
            Check = report.Check,
            Warnings = [.. warnings.Distinct()],
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }

    /// <summary>Which samples of test data to take: all, or the testing part where calibration takes the training part of the same data.</summary>
    internal static DatasetOptions TestOptions(string? calibration, string test, DatasetOptions selection) => new()
    {
        Split = selection.Split == DatasetSplit.Training && calibration is not null && Path.GetFullPath(calibration) == Path.GetFullPath(test) ? DatasetSplit.Testing : DatasetSplit.All,
        SplitPrefix = selection.SplitPrefix,
    };

    private (EvaluationResult?, EvaluationResult?) Evaluate(PruneRequest request, Model before, Model after, List<string> warnings, CancellationToken cancellation)
    {
        if ((request.TestData ?? request.Step.Data) is not { } path)
        {
            return (null, null);
        }

        if (request.TestData is null)
        {
            warnings.Add("accuracy is measured on the data that pruning looked at; --test-data names others");
        }

        using Dataset data = Datasets.Open(path, request.TestData is null ? request.Step.DataOptions : TestOptions(request.Step.Data, path, request.Step.DataOptions));
        EvaluationOptions options = request.Evaluation with { Threads = request.Rewrite.Threads };
        Evaluator evaluator = new(runner);
        EvaluationResult first = evaluator.Evaluate(before, data, options, cancellation: cancellation);
        EvaluationResult second = evaluator.Evaluate(after, data, options, cancellation: cancellation);
        warnings.AddRange(first.Warnings.Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}"));
        return (first, second);
    }

    private static byte[] BytesOf(OpenedModel model)
    {
        if (model.Format.FolderFile is not null)
        {
            using MemoryStream written = new();
            model.Format.Write(model.Model, new StreamTarget(written, model.Suffix));
            return written.ToArray();
        }

        return model.Content.ToMemory().ToArray();
    }

    private static PrunedTensor[] Changed(Model before, Model after)
    {
        Dictionary<string, TensorData> known = new(StringComparer.Ordinal);
        foreach (Value v in Constants(before))
        {
            known.TryAdd(v.Name, v.Constant!);
        }

        return
        [
            .. Constants(after)
                .Where(v => v.Constant!.Type.BitWidth() >= 8 && v.Constant.Shape.Dimensions.ToArray().Count(d => d > 1) > 1 && known.TryGetValue(v.Name, out TensorData? old) && !ReferenceEquals(old, v.Constant) && !Same(old, v.Constant))
                .Select(v => new PrunedTensor(v.Name, known[v.Name].Shape.ToArray(), v.Constant!.Shape.ToArray(), (double)v.Constant.ToFloats().Count(x => x == 0) / Math.Max(1, v.Constant.Count))),
        ];
    }

    private static bool Same(TensorData a, TensorData b) => a.Shape.Equals(b.Shape) && a.GetBytes().SequenceEqual(b.GetBytes());

    private static IEnumerable<Value> Constants(Model model) => model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs.SelectMany(g => g.SelfAndSubgraphs())).SelectMany(g => g.Constants);
}
