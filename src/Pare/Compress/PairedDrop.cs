using Pare.Evaluation;

namespace Pare.Compress;

/// <summary>The loss of accuracy between two models on the same samples (without labels: of agreement), with its interval.</summary>
/// <param name="Points">The loss in percentage points.</param>
/// <param name="Margin">1.96 standard errors of the paired difference, in points.</param>
/// <param name="Agreement">Fraction of samples answered alike.</param>
/// <param name="McnemarP">McNemar's exact p-value; null without labels.</param>
internal sealed record PairedDrop(double Points, double Margin, double Agreement, double? McnemarP)
{
    public static PairedDrop Of(IReadOnlyList<EvaluationRow> before, IReadOnlyList<EvaluationRow> after)
    {
        int n = Math.Min(before.Count, after.Count);
        if (n == 0)
        {
            return new PairedDrop(0, 0, 1, null);
        }

        bool labelled = before.All(r => r.Label.HasValue);
        int lost = 0;
        int won = 0;
        int same = 0;
        for (int i = 0; i < n; i++)
        {
            bool alike = before[i].Answer == after[i].Answer;
            same += alike ? 1 : 0;
            bool wasRight = !labelled || before[i].IsCorrect;
            bool isRight = labelled ? after[i].IsCorrect : alike;
            lost += wasRight && !isRight ? 1 : 0;
            won += !wasRight && isRight ? 1 : 0;
        }

        double difference = (double)(lost - won) / n;
        double variance = Math.Max(0, (((double)(lost + won) / n) - (difference * difference)) / n);
        return new PairedDrop(difference * 100, 196 * Math.Sqrt(variance), (double)same / n, labelled ? Statistics.McNemarExact(lost, won) : null);
    }
}
