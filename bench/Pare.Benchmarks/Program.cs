using BenchmarkDotNet.Running;
using Pare.Benchmarks;

// --refill IN OUT: random weights into a model's structure.
if (args is ["--refill", string structure, string refilled])
{
    Refill.Run(structure, refilled);
    return 0;
}

// --noise MODEL OUT.npz COUNT: random inputs.
if (args is ["--noise", string model, string noise, string count])
{
    Noise.Run(model, noise, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
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
        foreach (string file in opened)
        {
            QuickOpen.Run(table, file);
        }
    }

    if (names is ["round", .. string[] models])
    {
        foreach (string file in models)
        {
            QuickRound.Run(table, file);
        }
    }

    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(KMeansBenchmarks).Assembly).Run(args);
return 0;
