using BenchmarkDotNet.Running;
using Pare.Benchmarks;

// --quick [NAME…]: stopwatch tables in seconds; else BenchmarkDotNet with its own arguments.
if (args is ["--quick", .. string[] names])
{
    QuickTable table = new(Console.Out);
    table.Begin();
    if (names.Length == 0 || names.Contains("kmeans"))
    {
        QuickKMeans.Run(table);
    }

    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(KMeansBenchmarks).Assembly).Run(args);
return 0;
