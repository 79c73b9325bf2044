using System.Collections;

namespace Pare.Formats.TensorFlow;

/// <summary>Strings of which the last repeats to the end, without room for the repetitions: a short file may claim many.</summary>
internal sealed class RepeatedStrings(ReadOnlyMemory<byte>[] head, int count) : IReadOnlyList<ReadOnlyMemory<byte>>
{
    public int Count => count;

    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return head.Length == 0 ? default : head[Math.Min(index, head.Length - 1)];
        }
    }

    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
