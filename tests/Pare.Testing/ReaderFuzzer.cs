using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Pare.Testing;

/// <summary>
/// Feeds a reader with damaged copies of a good sample: cut at every offset (sampled in long files) and mutated. A reader must give a result or a
/// <see cref="PareException"/>, within a time and an amount of memory. Seeded: a failure names the sample, the seed and the mutant, and is repeated by running with the same count.
/// </summary>
public sealed class ReaderFuzzer
{
    private const long FreeBytes = 64L << 20;
    private const int BytesFactor = 8;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private static readonly ulong[] s_numbers =
        [0, 1, 2, 127, 128, 255, 256, 32767, 65536, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private readonly Action<byte[]> _read;
    private readonly int _seed;

    /// <summary>Creates a fuzzer.</summary>
    /// <param name="read">Reads a file's bytes and touches what is lazy. May throw <see cref="PareException"/>s, nothing else.</param>
    /// <param name="seed">Seed of the mutations; <c>PARE_FUZZ_SEED</c> is added to it, so that a further run sees other mutants.</param>
    public ReaderFuzzer(Action<byte[]> read, int seed = 1)
    {
        _read = read;
        _seed = unchecked(seed + Number("PARE_FUZZ_SEED", 0));
    }

    /// <summary>Mutants a sample: <c>PARE_FUZZ_MUTANTS</c>, else a number that keeps the whole suite quick.</summary>
    public static int Mutants(int quick = 60) => Number("PARE_FUZZ_MUTANTS", quick);

    /// <summary>Damaged copies read so far.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were refused by a typed error.</summary>
    public int Refused { get; private set; }

    /// <summary>Runs cuts and mutants of one sample, as many of each as <paramref name="mutants"/> says at most. <c>PARE_FUZZ_LOG</c> names a file that gets a line of counts.</summary>
    public void Run(string name, byte[] sample, int mutants)
    {
        (int count, int refused) = (Count, Refused);
        // The sample itself first, so that the time of compiling the reader is nobody's fault.
        _read(sample);
        int step = Math.Max(1, sample.Length / Math.Max(1, mutants));
        for (int cut = 0; cut < sample.Length; cut += step)
        {
            Try(sample[..cut], $"{name}, cut at {cut}");
        }

        for (int i = 0; i < mutants; i++)
        {
            Random random = new(HashCode(name, i));
            Try(Mutate(sample, random), $"{name}, seed {_seed}, mutant {i}");
        }

        if (Environment.GetEnvironmentVariable("PARE_FUZZ_LOG") is { Length: > 0 } log)
        {
            File.AppendAllText(log, $"{name}: {Count - count} damaged copies, {Refused - refused} refused\n");
        }
    }

    private void Try(byte[] bytes, string what)
    {
        Count++;

        // On a busy machine a pause is nobody's fault: what is slow is slow again.
        if (!Attempt(bytes, what, last: false))
        {
            Attempt(bytes, what, last: true);
        }
    }

    private bool Attempt(byte[] bytes, string what, bool last)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan used = Used();
        try
        {
            _read(bytes);
        }
        catch (PareException)
        {
            Refused += last ? 0 : 1;
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e.GetType().Name}: {e.Message}{Sample(bytes)}\n{e.StackTrace}");
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // Waiting for a core is nobody's fault either.
        if (watch.Elapsed >= s_longest && Used() - used >= s_longest)
        {
            Assert.False(last, $"{what}: took {watch.Elapsed.TotalSeconds:F1} s{Sample(bytes)}");
            return false;
        }

        Assert.True(allocated <= FreeBytes + (BytesFactor * (long)bytes.Length), $"{what}: allocated {allocated} bytes for a file of {bytes.Length}{Sample(bytes)}");
        return true;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : otherwise;

    private static TimeSpan Used() => Environment.CpuUsage.TotalTime;

    private static string Sample(byte[] bytes) => bytes.Length > 2048 ? "" : "\n" + Convert.ToBase64String(bytes);

    // string.GetHashCode differs from run to run.
    private int HashCode(string name, int index)
    {
        uint hash = 2166136261 ^ (uint)_seed;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 16777619;
        }

        return unchecked((int)((hash ^ (uint)index) * 2654435761));
    }

    private static byte[] Mutate(byte[] sample, Random random)
    {
        List<byte> bytes = [.. sample];
        for (int n = 1 + random.Next(3); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(bytes.Count - at, 1 + random.Next(random.Next(4) == 0 ? 64 : 8));
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => 0x7f, _ => 0x80 };
                    break;
                case 3:
                    byte[] inserted = new byte[length];
                    random.NextBytes(inserted);
                    bytes.InsertRange(at, inserted);
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 6:
                    (int from, int to) = (at, random.Next(bytes.Count));
                    (bytes[from], bytes[to]) = (bytes[to], bytes[from]);
                    break;
                default:
                    PutNumber(bytes, at, random);
                    break;
            }
        }

        return [.. bytes];
    }

    // Replaces the varint that starts at a place by an awkward one, or by its neighbour.
    private static void PutNumber(List<byte> bytes, int at, Random random)
    {
        int length = 0;
        ulong value = 0;
        while (at + length < bytes.Count && length < 10)
        {
            byte b = bytes[at + length];
            value |= length < 9 ? (ulong)(b & 127) << (7 * length) : 0;
            length++;
            if (b < 128)
            {
                break;
            }
        }

        bytes.RemoveRange(at, length);
        value = random.Next(3) switch { 0 => unchecked(value + 1), 1 => unchecked(value - 1), _ => s_numbers[random.Next(s_numbers.Length)] };
        do
        {
            bytes.Insert(at++, (byte)(value >= 128 ? value | 128 : value));
            value >>= 7;
        }
        while (value > 0);
    }
}
