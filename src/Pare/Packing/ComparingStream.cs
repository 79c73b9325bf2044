using Pare.Formats;

namespace Pare.Packing;

/// <summary>Compares what is written to it with what it should be.</summary>
internal sealed class ComparingStream(ByteSource expected) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int common = buffer.CommonPrefixLength(expected.Slice(_position, buffer.Length).Span);
        if (common < buffer.Length)
        {
            throw new InvalidOperationException($"byte {_position + common} comes back as another; this is an error of Pare, nothing was written");
        }

        _position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
