using Pare.Evaluation;
using Pare.Formats;

namespace Pare.Cli;

/// <summary>Writes the picture of a weight histogram. Apart from the verbs, so that the plotter is loaded only where one is asked for.</summary>
internal static class HistogramFile
{
    public static void Write(VerbContext context, string path, bool force, Model before, Model? after = null)
    {
        if (!Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"'{path}' does not end in .png; the histogram is a PNG picture", "--histogram");
        }

        using FileTransaction files = context.OpenOutputs(force);
        Stream stream = files.Create(path);
        stream.Write(WeightHistogram.Draw(before, after));
        files.Commit();
    }
}
