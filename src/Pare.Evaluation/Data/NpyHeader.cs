using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>
/// The header of a <c>.npy</c> array (NumPy format versions 1.0, 2.0 and 3.0): <c>\x93NUMPY</c>, version, length, and a Python dictionary with
/// <c>descr</c>, <c>fortran_order</c> and <c>shape</c>. Immutable.
/// </summary>
internal sealed record NpyHeader(char Kind, int ItemSize, bool BigEndian, bool FortranOrder, TensorShape Shape)
{
    /// <summary>NumPy writes a few hundred bytes; a record type's header may be longer, but those are not read anyway.</summary>
    private const int MaxHeaderLength = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a header and leaves the stream at the first byte of the data.</summary>
    public static NpyHeader Read(Stream stream, string? entry)
    {
        Span<byte> prefix = stackalloc byte[12];
        Fill(stream, prefix[..10], entry);
        if (!prefix[..6].SequenceEqual(Magic))
        {
            throw Error("does not start with \\x93NUMPY: this is no NumPy array", entry);
        }

        int major = prefix[6];
        uint length;
        switch (major)
        {
            case 1:
                length = BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]);
                break;
            case 2 or 3:
                Fill(stream, prefix[10..12], entry);
                length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
                break;
            default:
                throw Error($"format version {major}.{prefix[7]} is unknown; 1.0, 2.0 and 3.0 are read", entry);
        }

        if (length > MaxHeaderLength)
        {
            throw Error($"the header claims {length} bytes; at most {MaxHeaderLength} are read", entry);
        }

        byte[] text = new byte[length];
        Fill(stream, text, entry);
        return Parse(Encoding.UTF8.GetString(text), entry);
    }

    /// <summary>Writes a version 1.0 header, padded so that the data begins at a multiple of 64 bytes.</summary>
    public static void Write(Stream stream, string descr, TensorShape shape)
    {
        string tuple = shape.Rank == 1
            ? $"({shape[0].ToString(CultureInfo.InvariantCulture)},)"
            : $"({string.Join(", ", shape.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture)))})";
        string dictionary = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple}, }}";
        int length = (10 + dictionary.Length + 1 + 63) / 64 * 64 - 10;
        byte[] bytes = new byte[10 + length];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        bytes[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(dictionary, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        stream.Write(bytes);
    }

    /// <summary>An error about an array, naming the entry it lies in.</summary>
    public static ModelFormatException Error(string message, string? entry, Exception? inner = null) => new("NumPy array", message, node: entry, innerException: inner);

    private static void Fill(Stream stream, Span<byte> destination, string? entry)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (read < destination.Length)
        {
            throw Error("the array ends within its header", entry);
        }
    }

    private static NpyHeader Parse(string text, string? entry)
    {
        PythonLiteral reader = new(text, entry);
        string? descr = null;
        bool? fortran = null;
        List<long>? shape = null;
        reader.Expect('{');
        while (!reader.TryTake('}'))
        {
            string key = reader.String();
            reader.Expect(':');
            switch (key)
            {
                case "descr":
                    if (reader.Peek() is not ('\'' or '"'))
                    {
                        throw Error("the array holds records (a structured dtype); only plain element types are read", entry);
                    }

                    descr = reader.String();
                    break;
                case "fortran_order":
                    fortran = reader.Boolean();
                    break;
                case "shape":
                    shape = reader.Tuple();
                    break;
                default:
                    throw Error($"the header holds the unknown key '{key}'; expected descr, fortran_order and shape", entry);
            }

            if (!reader.TryTake(','))
            {
                reader.Expect('}');
                break;
            }
        }

        if (descr is null || fortran is null || shape is null)
        {
            throw Error("the header lacks one of descr, fortran_order and shape", entry);
        }

        (char kind, int size, bool big) = Element(descr, entry);
        try
        {
            return new NpyHeader(kind, size, big, fortran.Value, new TensorShape([.. shape]));
        }
        catch (GraphException e)
        {
            throw Error(e.Message, entry, e);
        }
    }

    private static (char Kind, int Size, bool Big) Element(string descr, string? entry)
    {
        int at = descr.Length > 0 && descr[0] is '<' or '>' or '|' or '=' ? 1 : 0;
        if (descr.Length <= at || !int.TryParse(descr.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size > 1 << 24)
        {
            throw Error(descr.EndsWith('O') ? "the array holds Python objects, which are not read" : $"the element type '{descr}' is unknown", entry);
        }

        char kind = descr[at];
        bool known = (kind, size) switch
        {
            ('b', 1) or ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8) or ('c', 8 or 16) or ('S' or 'a' or 'U', _) or ('V', 2) => true,
            _ => false,
        };
        return known
            ? (kind == 'a' ? 'S' : kind, kind == 'U' ? checked(size * 4) : size, descr[0] == '>')
            : throw Error($"the element type '{descr}' is not supported; booleans, integers, floats of 2, 4 and 8 bytes, complex numbers and strings are", entry);
    }
}
