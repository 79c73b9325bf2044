namespace Pare.Evaluation;

/// <summary>How far a run over data has come.</summary>
/// <param name="Done">Samples done, unreadable ones included.</param>
/// <param name="Total">Samples in all.</param>
/// <param name="Skipped">Samples that could not be read.</param>
/// <param name="Elapsed">Time taken.</param>
/// <param name="Remaining">Time left at this pace; null where nothing is done yet.</param>
public readonly record struct EvaluationProgress(int Done, int Total, int Skipped, TimeSpan Elapsed, TimeSpan? Remaining);
