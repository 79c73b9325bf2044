using BenchmarkDotNet.Running;
using Pare.Benchmarks;

// --refill IN OUT: random weights into a model's structure.
if (args is ["--refill", string structure, string refilled])
{
    Refill.Run(structure, refilled);
    return 0;
}

// --quick [kmeans | open MODEL… | codecs FLOATS.bin… | round MODEL.pb…]: stopwatch tables in seconds; else BenchmarkDotNet with its own arguments.
if (args is ["--quick", .. string[] names])
{
    if (names is ["codecs", .. string[] arrays])
    {
        QuickCodecs.Run(Console.Out, arrays);
        return 0;
    }

    QuickTable table = new(Console.Out);
    table.Begin();
    if (names.Length == 0 || names.Contains("kmeans"))
    {
        QuickKMeans.Run(table);
    }

    if (names is ["open", .. string[] opened])
    {
        foreach (string model in opened)
        {
            QuickOpen.Run(table, model);
        }
    }

    if (names is ["round", .. string[] models])
    {
        foreach (string model in models)
        {
            QuickRound.Run(table, model);
        }
    }

    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(KMeansBenchmarks).Assembly).Run(args);
return 0;
