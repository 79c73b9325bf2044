namespace Pare.Passes.Conversion;

/// <summary>What stands around a model that runs on each time step: steps become samples, and samples steps again.</summary>
internal static class StepLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new($"{KerasStepOperators.Domain}::{KerasStepOperators.Merge}", Merge),
        new($"{KerasStepOperators.Domain}::{KerasStepOperators.Split}", Split),
    ];

    private static void Merge(LayerContext c) => c.SetOutput(Merged(c.TensorFlow, c.Raw(0)));

    private static void Split(LayerContext c)
    {
        Value like = c.Raw(c.InputCount - 1);
        for (int i = 0; i + 1 < c.InputCount; i++)
        {
            c.SetOutput(Apart(c.TensorFlow, c.Raw(i), like));
        }

        c.OutputMask = c.Mask(c.InputCount - 1);
    }

    /// <summary>[batch, steps, …] as [batch·steps, …].</summary>
    public static Value Merged(TensorFlowBuilder b, Value x)
    {
        if (x.Shape is not { Rank: >= 3 } shape)
        {
            throw new LoweringException($"the input has the shape {x.Shape?.ToString() ?? "?"}; batch, steps and more were expected");
        }

        return b.ReshapeTo(x, [(shape[0].Value * shape[1].Value, null, 0), .. Enumerable.Range(2, shape.Rank - 2).Select(i => (shape[i].Value, (Value?)x, i))], openIsRest: true);
    }

    /// <summary>[batch·steps, …] as [batch, steps, …], where <paramref name="like"/> has batch and steps.</summary>
    public static Value Apart(TensorFlowBuilder b, Value y, Value like)
    {
        int rank = y.Shape?.Rank ?? throw new LoweringException("the rank of what runs on each step is not known");
        return b.ReshapeTo(y, [(like.Shape![0].Value, like, 0), (like.Shape[1].Value, like, 1), .. Enumerable.Range(1, rank - 1).Select(i => (y.Shape[i].Value, (Value?)y, i))]);
    }
}
