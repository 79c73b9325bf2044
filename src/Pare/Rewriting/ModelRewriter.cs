using System.Diagnostics;
using Pare.Evaluation;
using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Reads a model, changes it step by step, checks that it still gives the same answers (or tells how far they moved) and writes it. Stateless and thread-safe.</summary>
public sealed class ModelRewriter
{
    private readonly IModelRunner _runner;

    /// <summary>Creates a rewriter.</summary>
    /// <param name="runner">Runs models, for passes that compute and for the check.</param>
    public ModelRewriter(IModelRunner runner) => _runner = runner;

    /// <summary>Version of Pare as recipes keep it.</summary>
    public static string Version { get; } = typeof(ModelRewriter).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Does a job. Files are put into <paramref name="outputs"/> and appear when the caller commits it; where the check fails there are none.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="outputs">Takes the files; made with the request's <see cref="RewriteRequest.Force"/>.</param>
    /// <param name="progress">Receives progress in [0, 1]; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">The output exists, or its suffix is of another format.</exception>
    public RewriteReport Run(RewriteRequest request, FileTransaction outputs, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Rewrite(request, outputs, keepsOriginal: false, progress, cancellation).Report;

    /// <summary>Does a job as <see cref="Run"/>, and gives the models too; the one before is as it was only where that was asked for or a check needs it.</summary>
    internal (RewriteReport Report, OpenedModel Before, Model After) Rewrite(
        RewriteRequest request, FileTransaction outputs, bool keepsOriginal, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outputs);
        long started = Stopwatch.GetTimestamp();
        FileTransaction.CheckTarget(request.Output, request.Force);
        if (request.Recipe is not null)
        {
            FileTransaction.CheckTarget(request.Recipe, request.Force);
        }

        // Meanwhile: reading the structure, and much of the rewriting, leaves a core free.
        Task<FileReport> input = Task.Run(() => FileReport.Of(request.Input), cancellation);
        OpenedModel loaded = ModelFile.Open(request.Input, new OpenOptions { Signature = request.Signature });
        if (!request.Steps.Any(s => s.Converts))
        {
            ModelFile.CheckTarget(loaded.Format, request.Output, request.Force);
        }

        List<Diagnostic> diagnostics = [.. loaded.Model.Diagnostics];
        PassContext context = new() { Runner = _runner, Threads = request.Threads, Seed = request.Seed, Diagnostics = diagnostics, Progress = progress, Cancellation = cancellation };
        int nodesBefore = loaded.Model.Graph.Nodes.Count;
        Model changed = request.Check.IsNone && !keepsOriginal ? loaded.Model : loaded.Model.Clone();
        List<Change> changes = [];
        double? drift = 0;
        Dictionary<string, TensorData> frozen = new(StringComparer.Ordinal);
        List<RecipeStep> recorded = [];
        List<(string Path, Action<Stream> Write)> files = [];
        foreach (RecipeStep step in request.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            StepOutcome outcome = step.Apply(changed, context);
            changed = outcome.Model;
            changes.AddRange(outcome.Changes);
            drift += outcome.StatedDrift;
            recorded.Add(outcome.Recorded ?? step);
            files.AddRange(outcome.Files);
            foreach ((string name, TensorData value) in outcome.Frozen)
            {
                frozen[name] = value;
            }
        }

        GraphVerifier.Verify(changed);
        CheckReport check = Check(request, loaded.Model, changed, drift, frozen, cancellation);
        FileReport? output = check.Passed == false ? null : Save(changed, request, outputs);
        RewriteReport report = new()
        {
            Input = input.GetAwaiter().GetResult(),
            Output = output,
            Inputs = [.. changed.Graph.Inputs.Select(v => v.Name)],
            Outputs = [.. changed.Graph.Outputs.Select(v => v.Name)],
            NodesBefore = nodesBefore,
            NodesAfter = changed.Graph.Nodes.Count,
            Changes = changes,
            Check = check,
            Warnings = [.. Warnings(diagnostics, check)],
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
        if (request.Recipe is not null && output is not null)
        {
            RecipeOf(request, recorded, report.Input, output).Write(outputs.Create(request.Recipe));
        }

        if (output is not null)
        {
            files.ForEach(f => f.Write(outputs.Create(f.Path)));
        }

        return (report, loaded, changed);
    }

    private static FileReport Save(Model model, RewriteRequest request, FileTransaction outputs)
    {
        // Of several formats of one vocabulary the one that the suffix names.
        IModelFormat[] formats = [.. ModelFormats.All.Where(f => ReferenceEquals(f.Vocabulary, model.Vocabulary))];
        IModelFormat format = Array.Find(formats, f => f.Suffixes.Contains(ModelFile.SuffixOf(request.Output).Suffix)) ?? formats.FirstOrDefault()
            ?? throw new UsageException($"no format writes {model.Vocabulary.Name} models");
        ModelFile.Save(model, format, request.Output, outputs, request.Force);
        outputs.BeginFlush(request.Output);
        return FileReport.Of(request.Output, outputs);
    }

    private CheckReport Check(RewriteRequest request, Model before, Model after, double? drift, Dictionary<string, TensorData> frozen, CancellationToken cancellation)
    {
        DriftChecker checker = new(_runner, request.Threads);
        if (request.Check.Data is not { } path)
        {
            return checker.CompareOnRandom(before, after, request.Check.RandomSamples, request.Seed, drift, frozen, cancellation);
        }

        using Dataset data = Datasets.Open(path);
        int count = Math.Min(data.Items.Count, CheckOptions.LargestSample);
        int[] order = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * data.Items.Count / count))];
        EvaluationOptions options = new() { Preprocessing = PreprocessingResolver.Resolve(request.Input), Labels = LabelList.FindBeside(request.Input), Threads = request.Threads };
        LoadedSamples loaded = new SampleLoader(_runner).Load(after, data, order, options, cancellation);
        return checker.CompareOnSamples(before, after, path, loaded.Inputs, drift, frozen, cancellation);
    }

    private static IEnumerable<string> Warnings(IEnumerable<Diagnostic> diagnostics, CheckReport check)
    {
        foreach (Diagnostic d in diagnostics)
        {
            yield return d.Where is null ? d.Message : $"{d.Where}: {d.Message}";
        }

        if (check.Skipped is not null)
        {
            yield return $"the check was skipped: {check.Skipped}";
        }
    }

    private static Recipe RecipeOf(RewriteRequest request, IReadOnlyList<RecipeStep> steps, FileReport input, FileReport output) => new()
    {
        Version = Recipe.CurrentVersion,
        Pare = Version,
        Seed = request.Seed,
        Check = request.Check.ToString(),
        Signature = request.Signature,
        Steps = steps,
        Input = input,
        Output = output,
    };
}
