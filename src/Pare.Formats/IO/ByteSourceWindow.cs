namespace Pare.Formats;

/// <summary>A part of a byte source, of any length.</summary>
internal sealed class ByteSourceWindow : ByteSource
{
    private readonly ByteSource _bytes;
    private readonly long _offset;

    /// <exception cref="ArgumentOutOfRangeException">The part lies outside.</exception>
    public ByteSourceWindow(ByteSource bytes, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, bytes.Length - offset);
        _bytes = bytes;
        _offset = offset;
        Length = length;
    }

    public override long Length { get; }

    public override ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length, nameof(offset));
        return _bytes.Slice(_offset + offset, length);
    }
}
