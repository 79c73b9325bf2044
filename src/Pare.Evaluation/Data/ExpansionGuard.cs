namespace Pare.Evaluation;

/// <summary>A reading stream that stops a decompression bomb: it counts what comes out and compares it with the size of the file.</summary>
internal sealed class ExpansionGuard(Stream inner, long fileBytes, DatasetOptions options, string name) : Stream
{
    private readonly long _limit = (1L << 30) + (fileBytes * options.MaxExpansion);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int n;
        try
        {
            n = inner.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFormatException("archive", $"the compressed data are damaged: {e.Message}", innerException: e, file: name);
        }

        Position += n;
        return Position <= _limit ? n : throw new ModelFormatException("archive", $"it expands to more than {_limit} bytes, the limit for a file of {fileBytes}", file: name);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
