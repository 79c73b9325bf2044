namespace Pare.Passes.Quantize;

/// <summary>Samples stacked into batches, as a model takes them. Immutable and thread-safe.</summary>
public sealed class SampleBatches
{
    private SampleBatches(IReadOnlyList<IReadOnlyList<TensorData>> batches, IReadOnlyList<int> sizes)
    {
        Batches = batches;
        Sizes = sizes;
    }

    /// <summary>For each batch one tensor for each input of the model.</summary>
    public IReadOnlyList<IReadOnlyList<TensorData>> Batches { get; }

    /// <summary>Samples of each batch.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Samples in all.</summary>
    public int Count => Sizes.Sum();

    /// <summary>Stacks samples along the first axis where the model gives the same answers for two at once as for each alone, else leaves them single.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="samples">For each sample one tensor for each input.</param>
    /// <param name="size">Samples of a batch where the model takes several.</param>
    public static SampleBatches Create(IModelRunner runner, Model model, IReadOnlyList<IReadOnlyList<TensorData>> samples, int size)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(samples);
        if (size <= 1 || samples.Count < 2 || !TakesTwo(runner, model, samples))
        {
            return new SampleBatches(samples, [.. Enumerable.Repeat(1, samples.Count)]);
        }

        List<IReadOnlyList<TensorData>> batches = [];
        List<int> sizes = [];
        for (int i = 0; i < samples.Count; i += size)
        {
            int n = Math.Min(size, samples.Count - i);
            batches.Add(Stack([.. samples.Skip(i).Take(n)]));
            sizes.Add(n);
        }

        return new SampleBatches(batches, sizes);
    }

    /// <summary>The first batches that hold at least so many samples.</summary>
    public SampleBatches Take(int samples)
    {
        int batches = 0;
        for (int seen = 0; batches < Sizes.Count && seen < samples; batches++)
        {
            seen += Sizes[batches];
        }

        return new SampleBatches([.. Batches.Take(batches)], [.. Sizes.Take(batches)]);
    }

    /// <summary>Three quarters of the batches and the rest, for fitting and for judging; both are all of them where there are few.</summary>
    public (SampleBatches Larger, SampleBatches Smaller) Split()
    {
        if (Batches.Count < 4)
        {
            return (this, this);
        }

        int cut = Batches.Count * 3 / 4;
        return (new SampleBatches([.. Batches.Take(cut)], [.. Sizes.Take(cut)]), new SampleBatches([.. Batches.Skip(cut)], [.. Sizes.Skip(cut)]));
    }

    private static bool TakesTwo(IModelRunner runner, Model model, IReadOnlyList<IReadOnlyList<TensorData>> samples)
    {
        if (samples[0].Any(t => t.Shape.Rank == 0 || t.Shape[0] != 1 || t.Type == DataType.String))
        {
            return false;
        }

        using IModelSession session = runner.Load(model, new SessionOptions { QuickStart = true });
        if (session.Inputs.Any(i => i.Shape is { Rank: > 0 } s && s[0].Value.HasValue))
        {
            return false;
        }

        float[] first = session.Run(samples[0])[0].ToFloats();
        float[] second = session.Run(samples[1])[0].ToFloats();
        float[] both;
        try
        {
            both = session.Run(Stack([samples[0], samples[1]]))[0].ToFloats();
        }
        catch (Exception e) when (e is PareException or InvalidOperationException)
        {
            return false;
        }

        float[] expected = [.. first, .. second];
        return both.Length == expected.Length && both.Zip(expected).All(p => Math.Abs(p.First - p.Second) <= 1e-3f * Math.Max(1, Math.Abs(p.Second)));
    }

    private static TensorData[] Stack(IReadOnlyList<TensorData>[] samples)
    {
        TensorData[] inputs = new TensorData[samples[0].Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            TensorData one = samples[0][i];
            byte[] bytes = new byte[one.ByteLength * samples.Length];
            for (int s = 0; s < samples.Length; s++)
            {
                samples[s][i].ReadBytes(0, bytes.AsSpan((int)(s * one.ByteLength), (int)one.ByteLength));
            }

            inputs[i] = new DenseTensorData(one.Type, new TensorShape([samples.Length, .. one.Shape.Dimensions[1..]]), bytes);
        }

        return inputs;
    }
}
