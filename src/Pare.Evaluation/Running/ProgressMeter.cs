using System.Diagnostics;

namespace Pare.Evaluation;

/// <summary>Reports progress at most ten times a second, and at the end. Thread-safe.</summary>
internal sealed class ProgressMeter(int total, IProgress<EvaluationProgress>? progress)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private long _last = -1000;

    public void Report(int done, int skipped)
    {
        if (progress is null)
        {
            return;
        }

        lock (_lock)
        {
            long now = _clock.ElapsedMilliseconds;
            if (now - _last < 100 && done < total)
            {
                return;
            }

            _last = now;
            TimeSpan elapsed = _clock.Elapsed;
            progress.Report(new EvaluationProgress(done, total, skipped, elapsed, done == 0 ? null : elapsed * ((double)(total - done) / done)));
        }
    }
}
