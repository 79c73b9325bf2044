using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>A growing array of bytes, from the shared pool.</summary>
internal sealed class ByteSink(int capacity = 256)
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Count);

    public void Add(byte value)
    {
        if (Count == _bytes.Length)
        {
            Grow(_bytes.Length * 2);
        }

        _bytes[Count++] = value;
    }

    public void Add(ReadOnlySpan<byte> values)
    {
        int needed = Count + values.Length;
        if (needed > _bytes.Length)
        {
            Grow(Math.Max(needed, _bytes.Length * 2));
        }

        values.CopyTo(_bytes.AsSpan(Count));
        Count = needed;
    }

    /// <summary>Adds numbers, lowest byte first.</summary>
    public void AddLittleEndian<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (BitConverter.IsLittleEndian)
        {
            Add(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        foreach (T value in values)
        {
            Add(bytes[..value.WriteLittleEndian(bytes)]);
        }
    }

    /// <summary>Takes zero bytes off the end.</summary>
    /// <param name="most">At most as many.</param>
    public void CutZeros(int most)
    {
        for (; most > 0 && Count > 0 && _bytes[Count - 1] == 0; most--)
        {
            Count--;
        }
    }

    /// <summary>Adds one to the bytes so far, taken as a number whose lowest byte is the last.</summary>
    public void Carry()
    {
        for (int k = Count - 1; k >= 0 && ++_bytes[k] == 0; k--)
        {
        }
    }

    public byte[] ToArray() => Span.ToArray();

    /// <summary>Gives the array back to the pool; the bytes are gone.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Count = 0;
    }

    private void Grow(int capacity)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
