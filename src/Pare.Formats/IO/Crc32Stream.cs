using System.Buffers.Binary;

namespace Pare.Formats;

/// <summary>Swallows bytes and keeps their CRC-32 (IEEE 802.3, as zip uses it), eight bytes a step.</summary>
internal sealed class Crc32Stream : Stream
{
    private static readonly uint[][] s_tables = MakeTables();
    private uint _crc = uint.MaxValue;
    private long _length;

    /// <summary>The checksum of what was written.</summary>
    public uint Value => ~_crc;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        uint crc = _crc;
        uint[][] t = s_tables;
        while (buffer.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(buffer) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(buffer[4..]);
            crc = t[7][low & 255] ^ t[6][(low >> 8) & 255] ^ t[5][(low >> 16) & 255] ^ t[4][low >> 24]
                ^ t[3][high & 255] ^ t[2][(high >> 8) & 255] ^ t[1][(high >> 16) & 255] ^ t[0][high >> 24];
            buffer = buffer[8..];
        }

        foreach (byte b in buffer)
        {
            crc = t[0][(crc ^ b) & 255] ^ (crc >> 8);
        }

        _crc = crc;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static uint[][] MakeTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, 8).Select(_ => new uint[256])];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int k = 0; k < 8; k++)
            {
                c = (c & 1) != 0 ? 0xedb88320 ^ (c >> 1) : c >> 1;
            }

            tables[0][i] = c;
        }

        for (int k = 1; k < 8; k++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = tables[k - 1][i];
                tables[k][i] = (before >> 8) ^ tables[0][before & 255];
            }
        }

        return tables;
    }
}
