using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Pare.Codecs;

namespace Pare.Benchmarks;

/// <summary>
/// Throughput of the codecs in bytes of binary32 weights, with a memory copy beside it. CPU seconds of the process are given too, which say more than wall clock on a machine that others use.
/// </summary>
internal static class QuickCodecs
{
    private const int Runs = 5;

    public static void Run(TextWriter output, IReadOnlyList<string> files)
    {
        output.WriteLine("| array | codec | bits per weight | encode MB/s, wall | decode MB/s, wall | encode MB/s a core | decode MB/s a core |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        RunArray(output, "22.8 M floats, made up", RandomWeights.Create(22_800_000), dense: false);
        foreach (string file in files)
        {
            // Raw little-endian binary32, as `numpy.tofile` writes.
            RunArray(output, Path.GetFileName(file), MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray(), dense: true);
        }
    }

    private static void RunArray(TextWriter output, string name, float[] weights, bool dense)
    {
        byte[] bytes = MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
        byte[] copy = new byte[bytes.Length];
        Report(output, name, "memory copy", bytes.Length, bytes.Length, () => bytes.CopyTo(copy, 0), () => copy.CopyTo(bytes, 0));
        byte[] coded = PlaneCoder.Encode(bytes, PlaneElement.Float32);
        Report(output, name, "planes, lossless", bytes.Length, coded.Length, () => PlaneCoder.Encode(bytes, PlaneElement.Float32), () => PlaneCoder.Decode(coded, PlaneElement.Float32, copy));

        double square = 0;
        foreach (float weight in weights)
        {
            square += (double)weight * weight;
        }

        foreach (double steps in (double[])[0.1, 0.5])
        {
            int[] codes = new int[weights.Length];
            int[] decoded = new int[weights.Length];
            UniformQuantizer.Round(weights, (float)(Math.Sqrt(square / weights.Length) * steps), codes);
            string grid = string.Create(CultureInfo.InvariantCulture, $", step {steps} std");
            byte[] rans = RansCoder.Encode(codes);
            Report(output, name, "rANS" + grid, bytes.Length, rans.Length, () => RansCoder.Encode(codes), () => RansCoder.Decode(rans, decoded));
            byte[] cabac = CabacCoder.Encode(codes);
            Report(output, name, "CABAC" + grid, bytes.Length, cabac.Length, () => CabacCoder.Encode(codes), () => CabacCoder.Decode(cabac, decoded));
            if (dense)
            {
                SymbolLayout layout = SymbolLayout.Vector(codes.Length);
                byte[] mixed = SymbolCoder.Encode(codes, layout);
                Report(output, name, "context mixing" + grid, bytes.Length, mixed.Length, () => SymbolCoder.Encode(codes, layout), () => SymbolCoder.Decode(mixed, layout, decoded), slow: true);
            }
        }
    }

    private static void Report(TextWriter output, string array, string codec, long bytes, long coded, Action encode, Action decode, bool slow = false)
    {
        (double encodeWall, double encodeCpu) = Best(encode, bytes, slow);
        (double decodeWall, double decodeCpu) = Best(decode, bytes, slow);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {array} | {codec} | {coded * 32.0 / bytes:F3} | {bytes / encodeWall / 1e6:F0} | {bytes / decodeWall / 1e6:F0} | {bytes / encodeCpu / 1e6:F0} | {bytes / decodeCpu / 1e6:F0} |"));
    }

    // Small arrays are worked on as often as takes a while, since the processor's clock is coarse.
    private static (double Wall, double Cpu) Best(Action work, long bytes, bool codecIsSlow)
    {
        int repeats = codecIsSlow ? 1 : (int)Math.Clamp(20_000_000 / bytes, 1, 20);
        (double wall, double cpu) = (double.MaxValue, double.MaxValue);
        using Process process = Process.GetCurrentProcess();
        work();
        for (int run = 0; run < (codecIsSlow ? 2 : Runs); run++)
        {
            long start = Stopwatch.GetTimestamp();
            process.Refresh();
            TimeSpan before = process.TotalProcessorTime;
            for (int k = 0; k < repeats; k++)
            {
                work();
            }

            process.Refresh();
            cpu = Math.Min(cpu, (process.TotalProcessorTime - before).TotalSeconds / repeats);
            wall = Math.Min(wall, Stopwatch.GetElapsedTime(start).TotalSeconds / repeats);
        }

        return (wall, cpu);
    }
}
