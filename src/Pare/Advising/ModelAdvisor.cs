using System.Diagnostics;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Pruning;
using Pare.Workflows;

namespace Pare.Advising;

/// <summary>
/// Says which technique fits a model and a device, as TensorFlow Lite's decision diagram does, but by making the candidates and measuring them: files, tensor arenas, accuracies. Nothing is written.
/// Stateless and thread-safe.
/// </summary>
/// <param name="runner">Runs models.</param>
public sealed class ModelAdvisor(IModelRunner runner)
{
    /// <summary>Gives advice.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="progress">Told what is being tried; null where nobody looks.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="UsageException">The device is not known, a limit is out of range, or the data do not fit the model.</exception>
    /// <exception cref="ModelFormatException">The model or the data are damaged.</exception>
    public AdviceReport Advise(AdviceRequest request, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        long started = Stopwatch.GetTimestamp();
        DeviceProfile? device = request.Target is null ? null : DeviceProfiles.Find(request.Target);
        Validate(request);
        OpenedModel opened = ModelFile.Open(request.Input);
        if ((request.Data ?? request.TestData) is null)
        {
            return Advise(request, device, opened, null, null, progress, started, cancellation);
        }

        using Dataset test = Datasets.Open(request.TestData ?? request.Data!, request.TestData is null ? request.DataOptions : PruneWorkflow.TestOptions(request.Data, request.TestData, request.DataOptions));
        progress?.Report("the model as it is");
        EvaluationResult baseline = new Evaluator(runner).Evaluate(opened.Model, test, request.Evaluation with { Threads = request.Threads }, cancellation: cancellation);
        return Advise(request, device, opened, baseline, test, progress, started, cancellation);
    }

    private AdviceReport Advise(
        AdviceRequest request, DeviceProfile? device, OpenedModel opened, EvaluationResult? baseline, Dataset? test, IProgress<string>? progress, long started, CancellationToken cancellation)
    {
        CandidateMaker maker = new(runner, request, device, opened.Model, baseline, test, cancellation);
        List<AdviceCandidate> candidates = [];
        Try("float32", maker.Float32);
        bool made = candidates[0].Failed is null;
        foreach (string scheme in made ? (string[])["float16", "dynamic", "weights-int8"] : [])
        {
            Try(scheme, () => maker.Quantized(scheme));
        }

        if (made && request.Data is not null)
        {
            Try("int8", () => maker.Quantized("int8"));
        }

        bool hasDepthwise = opened.Model.Graph.Nodes.Any(n => n.Operator.Contains("Depthwise", StringComparison.OrdinalIgnoreCase) || n.Operator.StartsWith("SeparableConv", StringComparison.Ordinal)
            || n.Attributes.GetInteger("group", 1) > 1);
        AdviceRules rules = new(request, device, hasDepthwise);
        if (made && device?.Goal == AdviceGoal.Download)
        {
            Try("pruning", () => maker.Pruned(0.5));
            Try("shared values", () => maker.Clustered(32));
        }

        // The next rungs of the ladder only where the ones before do not hold.
        AdviceCandidate? chosen = rules.Choose(candidates);
        if (made && chosen is null && request.Data is not null && candidates.Any(c => c.Technique == "int8" && c.IsUsable) && device?.Goal != AdviceGoal.Integers)
        {
            Try("int16x8", () => maker.Quantized("int16x8"));
            chosen = rules.Choose(candidates);
        }

        foreach (double part in made && chosen is null && candidates.Any(c => c.FitsFlash == false || c.FitsRam == false) ? (double[])[0.25, 0.5] : [])
        {
            Try($"{part} of the channels", () => maker.Narrowed(part));
        }

        chosen = rules.Choose(candidates);
        List<string> warnings = [.. opened.Model.Diagnostics.Concat(baseline?.Warnings ?? []).Concat(maker.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Information)).Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}").Distinct()];
        return new AdviceReport
        {
            Input = FileReport.Of(request.Input),
            Target = request.Target,
            Device = device is null ? null : $"{device.Summary} ({device.Source})",
            Flash = request.Flash ?? device?.Flash,
            Ram = request.Ram ?? device?.Ram,
            MaxDrop = request.MaxDrop,
            Parameters = ModelMeter.Count(opened.Model).Parameters,
            MultiplyAdds = WorkCounter.Count(opened.Model, runner, warnings),
            Samples = baseline?.Samples,
            Accuracy = baseline?.Accuracy,
            Candidates = candidates,
            Recommended = chosen?.Technique,
            Commands = chosen?.Commands ?? [],
            Reasons = rules.Explain(chosen, candidates),
            Training = rules.Training(chosen, candidates),
            Architectures = rules.Architectures(chosen, candidates),
            Missing = rules.Missing(),
            Warnings = warnings,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };

        void Try(string name, Func<AdviceCandidate> make)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(name);
            candidates.Add(make());
        }
    }

    private static void Validate(AdviceRequest request)
    {
        if (!(request.MaxDrop >= 0))
        {
            throw new UsageException(FormattableString.Invariant($"a drop of {request.MaxDrop} points: expected 0 or more"), "--max-drop");
        }

        if (request.Flash <= 0 || request.Ram <= 0)
        {
            throw new UsageException("flash and RAM are bytes, more than 0, such as 4MB or 520KB", request.Flash <= 0 ? "--flash" : "--ram");
        }
    }
}
