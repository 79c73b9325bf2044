using Pare.Evaluation;

namespace Pare.Cli;

/// <summary>Shows a run over samples on a bar.</summary>
internal sealed class SampleProgress(ProgressBar bar) : IProgress<EvaluationProgress>
{
    public void Report(EvaluationProgress value) => bar.Report(value.Total == 0 ? 1 : (double)value.Done / value.Total);
}
