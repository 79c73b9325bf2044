namespace Pare.Compress;

/// <summary>Chooses among measured candidates.</summary>
internal static class CandidateChoice
{
    /// <summary>
    /// The smallest that holds all bounds; with a bound on size alone, the most faithful that fits. Where no candidate holds both bounds the one on size wins; where that one cannot hold either, the smallest
    /// within the bound on accuracy, or of all.
    /// </summary>
    public static SearchCandidate Of(IReadOnlyList<SearchCandidate> candidates, CompressOptions options)
    {
        SearchCandidate[] fitting = [.. candidates.Where(c => options.MaxSize is not { } limit || c.Bytes <= limit)];
        SearchCandidate[] good = [.. fitting.Where(c => c.Accepted)];
        if (options is { MaxSize: not null, MaxDrop: >= 100 } && fitting.Length > 0)
        {
            return MostFaithful(fitting);
        }

        if (good.Length > 0 || (options.MaxSize is not null && fitting.Length > 0))
        {
            return good.Length > 0 ? Smallest(good) : MostFaithful(fitting);
        }

        SearchCandidate[] accepted = [.. candidates.Where(c => c.Accepted)];
        return Smallest(accepted.Length > 0 ? accepted : candidates);
    }

    private static SearchCandidate MostFaithful(IEnumerable<SearchCandidate> candidates) => candidates.OrderBy(c => c.Score.Divergence).ThenBy(c => c.Bytes).First();

    private static SearchCandidate Smallest(IEnumerable<SearchCandidate> candidates) => candidates.OrderBy(c => c.Bytes).ThenBy(c => c.Score.Divergence).First();
}
