using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>Puts zeros into weights, and with samples fits what stays.</summary>
internal static class MaskedWeights
{
    /// <summary>Sets to zero what does not stay.</summary>
    /// <param name="model">The model, edited in place.</param>
    /// <param name="keep">The elements that stay, by weight.</param>
    /// <param name="samples">Samples to fit on; null for not fitting.</param>
    /// <param name="context">Runner, threads.</param>
    /// <returns>How the rest was fitted: <c>refit</c> (weights and biases), <c>bias</c>, or empty where the plain zeros were as good.</returns>
    public static string Apply(Model model, IReadOnlyDictionary<Value, bool[]> keep, SampleBatches? samples, PassContext context)
    {
        Dictionary<Value, TensorData> plain = keep.ToDictionary(k => k.Key, k => PruneTarget.Masked(k.Key.Constant!, k.Value));
        if (samples is null)
        {
            Put(plain);
            return "";
        }

        // What is fitted on some samples is judged on others, so that a fit that only learnt its samples is not kept.
        (SampleBatches learn, SampleBatches judge) = samples.Split();
        AnswerDistance distance = new(context.Runner!, model, judge, context.Threads);
        Value[] held = [.. keep.Keys.Concat(LinearLayers.Find(model).Where(l => l.Bias is not null && keep.ContainsKey(l.Weight)).Select(l => l.Bias!)).Distinct()];
        Dictionary<Value, TensorData> whole = held.ToDictionary(v => v, v => v.Constant!);
        Dictionary<Value, TensorData> best = plain;
        string chosen = "";
        Put(plain);
        double least = distance.Of(model);
        foreach ((string name, bool fit) in ((string, bool)[])[("bias", false), ("refit", true)])
        {
            Put(whole);
            HashSet<Value> done = NetworkRefit.Apply(context.Runner!, model, keep, learn, fit, context.Threads, context.Cancellation);
            Put(plain.Where(p => !done.Contains(p.Key)));
            double d = distance.Of(model);
            if (d < least)
            {
                (least, chosen, best) = (d, name, held.ToDictionary(v => v, v => v.Constant!));
            }
        }

        Put(whole);
        Put(best);
        return chosen;
    }

    private static void Put(IEnumerable<KeyValuePair<Value, TensorData>> contents)
    {
        foreach ((Value value, TensorData content) in contents)
        {
            value.Constant = content;
        }
    }
}
