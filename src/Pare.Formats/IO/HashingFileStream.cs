using System.Security.Cryptography;

namespace Pare.Formats;

/// <summary>A new file that is hashed while it is written from start to end; where a writer goes back, the hash is taken by reading the file again. Not thread-safe.</summary>
internal sealed class HashingFileStream : Stream
{
    private const int ReadSize = 1 << 17;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;

    public HashingFileStream(string path) => File = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);

    /// <summary>The file behind it.</summary>
    public FileStream File { get; }

    public override bool CanRead => File.CanRead;

    public override bool CanSeek => File.CanSeek;

    public override bool CanWrite => File.CanWrite;

    public override long Length => File.Length;

    public override long Position
    {
        get => File.Position;
        set => File.Position = value;
    }

    /// <summary>SHA-256 of the whole content.</summary>
    public byte[] Hash()
    {
        Flush();
        if (_hashed == Length)
        {
            return _hash.GetCurrentHash();
        }

        byte[] buffer = new byte[ReadSize];
        using IncrementalHash again = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long at = 0;
        for (int n; (n = RandomAccess.Read(File.SafeFileHandle, buffer, at)) > 0; at += n)
        {
            again.AppendData(buffer.AsSpan(0, n));
        }

        return again.GetHashAndReset();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_hashed == File.Position)
        {
            _hash.AppendData(buffer);
            _hashed += buffer.Length;
        }
        else
        {
            // What was hashed no longer counts.
            _hashed = -1;
        }

        File.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override void SetLength(long value)
    {
        _hashed = value == _hashed ? _hashed : -1;
        File.SetLength(value);
    }

    public override int Read(byte[] buffer, int offset, int count) => File.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => File.Read(buffer);

    public override long Seek(long offset, SeekOrigin origin) => File.Seek(offset, origin);

    public override void Flush() => File.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            File.Dispose();
        }

        base.Dispose(disposing);
    }
}
