using System.Diagnostics;
using Pare.Codecs;
using Pare.Evaluation;
using Pare.Formats;

namespace Pare.Workflows;

/// <summary>Measures models for comparisons. Latencies disturb each other: measure one at a time.</summary>
/// <param name="runner">Runs the models.</param>
/// <param name="threads">Threads for evaluations.</param>
internal sealed class ModelMeter(IModelRunner runner, int threads)
{
    private const long LargestPacked = 16_000_000;
    private const int MostRuns = 200;
    private static readonly TimeSpan s_timing = TimeSpan.FromSeconds(0.6);

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">The format it is written in.</param>
    /// <param name="suffix">The file's suffix.</param>
    /// <param name="content">The file's content.</param>
    /// <param name="evaluation">What it answers; null where there are no data.</param>
    /// <param name="warnings">Takes what could not be measured.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public ModelMeasure Measure(Model model, IModelFormat format, string suffix, byte[] content, EvaluationResult? evaluation, ICollection<string> warnings, CancellationToken cancellation)
    {
        long? pare = null;
        if (content.LongLength <= LargestPacked)
        {
            using MemoryStream packed = new();
            ModelPacker.Pack(model, format, suffix, packed, new PackOptions { Threads = threads }, cancellation);
            pare = packed.Length;
        }

        (long parameters, double sparsity) = Count(model);
        return new ModelMeasure
        {
            Bytes = content.LongLength,
            Gzip = GzipSizer.Measure(content),
            Pare = pare,
            Parameters = parameters,
            Sparsity = sparsity,
            MultiplyAdds = WorkCounter.Count(model, runner, warnings),
            MedianMs = Median(model, cancellation),
            Samples = evaluation?.Samples,
            Accuracy = evaluation?.Accuracy,
            AccuracyLow = evaluation?.AccuracyLow,
            AccuracyHigh = evaluation?.AccuracyHigh,
        };
    }

    /// <summary>The values of all weights, and the part of those in matrices and filters that is 0.</summary>
    public static (long Parameters, double Sparsity) Count(Model model)
    {
        long parameters = 0;
        long counted = 0;
        long zeros = 0;
        foreach (TensorData c in model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs.SelectMany(g => g.SelfAndSubgraphs())).SelectMany(g => g.Constants).Select(v => v.Constant!))
        {
            if (c.Shape.Rank == 0 || !(c.Type.IsFloat() || c.Type is DataType.Int8 or DataType.UInt8 or DataType.Int4) || c.Type.BitWidth() == 0)
            {
                continue;
            }

            parameters += c.Count;
            if (c.Shape.Dimensions.ToArray().Count(d => d > 1) > 1)
            {
                counted += c.Count;
                zeros += c.Count - c.ToFloats().Count(v => v != 0);
            }
        }

        return (parameters, counted == 0 ? 0 : (double)zeros / counted);
    }

    private double? Median(Model model, CancellationToken cancellation)
    {
        try
        {
            using IModelSession session = runner.Load(model, new SessionOptions { Threads = 1 });
            if (RandomInputs.TryCreate(session.Inputs, 0, out _) is not { } inputs)
            {
                return null;
            }

            session.Run(inputs);
            List<double> times = [];
            long begun = Stopwatch.GetTimestamp();
            while (times.Count < 3 || (times.Count < MostRuns && Stopwatch.GetElapsedTime(begun) < s_timing))
            {
                cancellation.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                session.Run(inputs);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            times.Sort();
            return times[times.Count / 2];
        }
        catch (PareException)
        {
            return null;
        }
    }
}
