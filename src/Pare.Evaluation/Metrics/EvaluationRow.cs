namespace Pare.Evaluation;

/// <summary>A model's answer to one sample.</summary>
/// <param name="Index">The sample's place in the data set.</param>
/// <param name="File">The sample's name.</param>
/// <param name="Label">Index of its class; null where unknown.</param>
/// <param name="Answer">Index of the model's answer; -1 where every score is NaN.</param>
/// <param name="Score">The score of the answer; of a binary model, the probability of "yes".</param>
/// <param name="Rank">How many classes score above the true one; -1 where it is unknown.</param>
/// <param name="CrossEntropy">Cross entropy in nats; NaN where the class is unknown.</param>
/// <param name="Scores">All scores where they were asked for.</param>
public sealed record EvaluationRow(int Index, string File, int? Label, int Answer, double Score, int Rank, double CrossEntropy, IReadOnlyList<float>? Scores)
{
    /// <summary>Whether the answer is right; false where the class is unknown.</summary>
    public bool IsCorrect => Label == Answer;
}
