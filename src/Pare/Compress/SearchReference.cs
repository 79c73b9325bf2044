namespace Pare.Compress;

/// <summary>What candidates are compared with: the original's answers on the samples.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="AreProbabilities">Whether outputs are probabilities as they come.</param>
/// <param name="Samples">The samples.</param>
internal sealed record SearchReference(AnswerSheet Answers, bool AreProbabilities, CompressSamples Samples)
{
    /// <summary>The first samples.</summary>
    public SearchReference Take(int count) => count >= Samples.Count ? this : new SearchReference(Answers.Take(count), AreProbabilities, Samples.Take(count));
}
