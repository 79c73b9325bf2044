using Pare.Formats;

namespace Pare.Benchmarks;

/// <summary>Puts random weights into a model, so that a structure whose weights were thinned out to pack small can be measured as if it were trained.</summary>
internal static class Refill
{
    private const long Smallest = 1024;

    /// <summary>Writes <paramref name="input"/> with every binary32 array of two axes or more and 1,024 values or more drawn anew; vectors stay, since variances must be positive.</summary>
    public static void Run(string input, string output)
    {
        OpenedModel opened = ModelFile.Open(input);
        Model model = opened.Model.Clone();
        long drawn = 0;
        foreach (Value v in model.Graph.Constants)
        {
            if (v.Constant is { Type: DataType.Float32, Count: >= Smallest, Shape.Rank: > 1 } content)
            {
                v.Constant = DenseTensorData.Create(RandomWeights.Create((int)content.Count, drawn), content.Shape);
                drawn += content.Count;
            }
        }

        FileTransaction files = new(true);
        ModelFile.Save(model, opened.Format, output, files, true);
        files.Commit();
        Console.Out.WriteLine($"{output}: {drawn:N0} values drawn");
    }
}
