using Pare.Compress;
using Pare.Passes.Quantize;

namespace Pare.Packing;

/// <summary>Samples that candidates are judged by, and how the original answers them.</summary>
internal sealed record LossyJudge(AnswerSheet Answers, bool AreProbabilities, CompressSamples Samples, SampleBatches? Batches)
{
    public int Count => Samples.Count;

    public static LossyJudge Create(IModelRunner models, SampleRunner runner, Model original, CompressSamples samples)
    {
        SampleBatches? batches = samples.Batch == 1 ? SampleBatches.Create(models, original, samples.Inputs, Math.Clamp(samples.Count / 8, 1, 64)) : null;
        float[][] raw = Outputs(runner, original, samples, batches);
        bool probabilities = AnswerSheet.LookLikeProbabilities(raw);
        return new LossyJudge(AnswerSheet.Create(raw, probabilities), probabilities, samples, batches);
    }

    public LossyJudge Take(int count) => count >= Count ? this : new LossyJudge(Answers.Take(count), AreProbabilities, Samples.Take(count), null);

    public CandidateScore Score(SampleRunner runner, Model model) =>
        AnswerSheet.Create(Outputs(runner, model, Samples, Batches), AreProbabilities).CompareWith(Answers, Samples.Labels);

    private static float[][] Outputs(SampleRunner runner, Model model, CompressSamples samples, SampleBatches? batches) =>
        batches is null ? runner.Outputs(model, samples) : runner.Outputs(model, batches);
}
