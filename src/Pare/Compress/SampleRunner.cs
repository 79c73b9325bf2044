using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>Runs models over samples with all cores; results come in the samples' order.</summary>
internal sealed class SampleRunner(IModelRunner runner, int threads, CancellationToken cancellation)
{
    /// <summary>The first output of each sample, as binary32.</summary>
    public float[][] Outputs(Model model, CompressSamples samples)
    {
        using IModelSession session = runner.Load(model, new SessionOptions { Threads = 1 });
        return Outputs(session, samples);
    }

    /// <summary>The first output of each sample, as binary32.</summary>
    public float[][] Outputs(IModelSession session, CompressSamples samples)
    {
        float[][] outputs = new float[samples.Count][];
        ForEach(samples.Count, i =>
        {
            float[] all = session.Run(samples.Inputs[i])[0].ToFloats();
            outputs[i] = samples.Batch == 1 ? all : all[..(all.Length / samples.Batch)];
        });
        return outputs;
    }

    /// <summary>The first output of each sample, as binary32, of samples in batches.</summary>
    public float[][] Outputs(Model model, SampleBatches batches)
    {
        using IModelSession session = runner.Load(model, new SessionOptions { Threads = 1 });
        float[][][] parts = new float[batches.Batches.Count][][];
        ForEach(parts.Length, b =>
        {
            float[] all = session.Run(batches.Batches[b])[0].ToFloats();
            parts[b] = [.. all.Chunk(Math.Max(1, all.Length / batches.Sizes[b]))];
        });
        return [.. parts.SelectMany(p => p)];
    }

    /// <summary>Hands the named values of each sample to <paramref name="use"/>, in the samples' order, a few samples at a time.</summary>
    public void Values(Model model, IReadOnlyList<string> names, CompressSamples samples, Action<IReadOnlyList<TensorData>> use)
    {
        using IModelSession session = runner.Load(model, new SessionOptions { Threads = 1, Fetches = names });
        int part = Math.Max(1, threads) * 4;
        for (int start = 0; start < samples.Count; start += part)
        {
            int count = Math.Min(part, samples.Count - start);
            IReadOnlyList<TensorData>[] values = new IReadOnlyList<TensorData>[count];
            ForEach(count, i => values[i] = session.Run(samples.Inputs[start + i]));
            foreach (IReadOnlyList<TensorData> v in values)
            {
                use(v);
            }
        }
    }

    private void ForEach(int count, Action<int> body)
    {
        cancellation.ThrowIfCancellationRequested();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellation }, body);
    }
}
