using System.Globalization;
using Pare.Formats;

namespace Pare.Benchmarks;

/// <summary>How long opening a model takes once the process is up, and what it allocates: tensors stay in the mapped file.</summary>
internal static class QuickOpen
{
    public static void Run(QuickTable table, string path) => table.Row($"open {Path.GetFileName(path)}", () =>
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        OpenedModel opened = ModelFile.Open(path);
        return string.Create(CultureInfo.InvariantCulture, $"{opened.FileBytes:N0} bytes, {opened.Model.Graph.Nodes.Count} nodes, {(GC.GetAllocatedBytesForCurrentThread() - before) / 1e6:F1} MB allocated");
    });
}
