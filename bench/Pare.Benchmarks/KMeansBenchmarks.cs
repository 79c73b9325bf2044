using BenchmarkDotNet.Attributes;
using Pare.Codecs;

namespace Pare.Benchmarks;

/// <summary>Clustering of a million weights.</summary>
[MemoryDiagnoser]
public class KMeansBenchmarks
{
    private readonly float[] _values = RandomWeights.Create(1_000_000);
    private readonly byte[] _indices = new byte[1_000_000];

    [Params(16, 32, 256)]
    public int Clusters { get; set; }

    [Benchmark]
    public double Cluster() => KMeans1D.Cluster(_values, Clusters, _indices).SquaredError;
}
