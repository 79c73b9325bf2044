using System.Diagnostics;
using System.Globalization;

namespace Pare.Benchmarks;

/// <summary>Stopwatch figures in a Markdown table: best and median of some runs.</summary>
internal sealed class QuickTable(TextWriter output)
{
    /// <summary>Writes the heading.</summary>
    public void Begin() => output.WriteLine("| what | best ms | median ms | result |\n|---|---|---|---|");

    /// <summary>Measures and writes a row.</summary>
    public void Row(string what, Func<string> work, int runs = 7)
    {
        work();
        double[] ms = new double[runs];
        string result = "";
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            result = work();
            ms[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(ms);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {ms[0]:F1} | {ms[runs / 2]:F1} | {result} |"));
    }
}
