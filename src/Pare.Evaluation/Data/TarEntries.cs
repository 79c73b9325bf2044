using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>
/// Walks a tar stream (ustar, GNU long names, pax paths; POSIX.1-1988 and 2001): names and sizes of regular files, in order, with their contents on demand. Nothing is
/// allocated by a size that was not checked. Not safe for concurrent use.
/// </summary>
internal sealed class TarEntries(Stream stream, string archive)
{
    private const int Block = 512;
    private const int MaxNameBytes = 1 << 20;

    private readonly byte[] _header = new byte[Block];
    private readonly byte[] _skip = new byte[1 << 16];
    private long _left;
    private long _padding;

    /// <summary>Name of the current file, with forward slashes, a leading <c>./</c> left out.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Bytes of the current file.</summary>
    public long Size { get; private set; }

    /// <summary>Goes to the next regular file.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="ModelFormatException">A header is damaged, or the stream ends within an entry.</exception>
    public bool MoveNext()
    {
        string? longName = null;
        while (true)
        {
            Skip(_left + _padding);
            _left = _padding = 0;
            int read = stream.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
            if (read == 0 || (read == Block && !_header.AsSpan().ContainsAnyExcept((byte)0)))
            {
                return false;
            }

            if (read < Block || !ChecksumHolds())
            {
                throw Error(read < Block ? "the archive ends within a header" : "the checksum of a header does not hold");
            }

            long size = Number(_header.AsSpan(124, 12));
            _left = size;
            _padding = (Block - (size % Block)) % Block;
            switch ((char)_header[156])
            {
                case 'L':
                    longName = Text(ReadMeta(size));
                    break;
                case 'x':
                    longName = PaxPath(ReadMeta(size)) ?? longName;
                    break;
                case '0' or '\0' or '7':
                    Name = longName ?? PlainName();
                    Name = Name.StartsWith("./", StringComparison.Ordinal) ? Name[2..] : Name;
                    Size = size;
                    if (!Name.EndsWith('/'))
                    {
                        return true;
                    }

                    longName = null;
                    break;
                case 'g':
                    break;
                default:
                    longName = null;
                    break;
            }
        }
    }

    /// <summary>Reads the current file whole.</summary>
    public byte[] ReadContent(long limit)
    {
        if (Size > limit)
        {
            throw new ModelFormatException("tar", $"{Size} bytes are more than the limit of {limit}", file: Name);
        }

        byte[] content = ReadGrowing(Size);
        _left = 0;
        return content;
    }

    private byte[] ReadMeta(long size)
    {
        if (size > MaxNameBytes)
        {
            throw Error($"a name of {size} bytes is longer than the limit of {MaxNameBytes}");
        }

        byte[] bytes = ReadGrowing(size);
        _left = 0;
        return bytes;
    }

    /// <summary>Grows with what really comes, for a header may claim more than there is.</summary>
    private byte[] ReadGrowing(long size)
    {
        byte[] bytes = new byte[Math.Min(size, 1 << 20)];
        int done = 0;
        while (done < size)
        {
            if (done == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(size, bytes.Length * 2L));
            }

            int n = stream.Read(bytes, done, bytes.Length - done);
            if (n == 0)
            {
                throw Error($"the archive ends within '{Name}'");
            }

            done += n;
        }

        return bytes;
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            int n = stream.Read(_skip, 0, (int)Math.Min(count, _skip.Length));
            if (n == 0)
            {
                throw Error($"the archive ends within '{Name}'");
            }

            count -= n;
        }
    }

    private bool ChecksumHolds()
    {
        int sum = 0;
        for (int i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : _header[i];
        }

        return sum == Number(_header.AsSpan(148, 8));
    }

    private string PlainName()
    {
        string name = Text(_header.AsSpan(0, 100));
        string prefix = _header.AsSpan(257, 5).SequenceEqual("ustar"u8) && _header[262] == 0 ? Text(_header.AsSpan(345, 155)) : "";
        return prefix.Length > 0 ? prefix + "/" + name : name;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static string? PaxPath(byte[] records)
    {
        string? path = null;
        int at = 0;
        while (at < records.Length)
        {
            int blank = Array.IndexOf(records, (byte)' ', at);
            if (blank < 0 || !int.TryParse(Encoding.ASCII.GetString(records, at, blank - at), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length < blank - at + 2 || length > records.Length - at)
            {
                return path;
            }

            string record = Encoding.UTF8.GetString(records, blank + 1, at + length - blank - 2);
            if (record.StartsWith("path=", StringComparison.Ordinal))
            {
                path = record[5..];
            }

            at += length;
        }

        return path;
    }

    private long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            // GNU's base 256 for sizes beyond 8 GB.
            value = field[0] & 0x7F;
            foreach (byte b in field[1..])
            {
                if (value >> 46 != 0)
                {
                    throw Error("a size in a header is out of range");
                }

                value = (value << 8) | b;
            }

            return value;
        }

        foreach (byte b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                value = (value * 8) + b - '0';
            }
            else if (b is not ((byte)' ' or 0))
            {
                throw Error("a number in a header is no octal number");
            }
            else if (value > 0)
            {
                break;
            }
        }

        return value;
    }

    private ModelFormatException Error(string message) => new("tar", message, file: archive);
}
