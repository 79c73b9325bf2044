using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// The key under which a checkpoint keeps a part of a variable: name, rank, then start and length of every axis in an encoding whose bytes sort as the numbers do
/// (tensorflow/core/util/saved_tensor_slice_util.cc, tensorflow/core/lib/strings/ordered_code.cc). A whole axis has start 0 and length -1.
/// </summary>
internal static class TensorSliceKey
{
    /// <param name="name">Name of the whole variable.</param>
    /// <param name="slice">Extents of the whole, then the part: <c>10 4 0,5:-</c>.</param>
    /// <exception cref="ModelFormatException">The text is no slice.</exception>
    public static byte[] Encode(string name, string slice)
    {
        List<byte> key = [];
        WriteNumber(key, 0);
        WriteString(key, Encoding.UTF8.GetBytes(name));
        string[] axes = slice[(slice.LastIndexOf(' ') + 1)..].Split(':');
        WriteNumber(key, (ulong)axes.Length);
        foreach (string axis in axes)
        {
            long start = 0, length = -1;
            string[] parts = axis.Split(',');
            if (axis != "-" && (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out start)
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length)))
            {
                throw new ModelFormatException(TensorBundle.Label, $"'{slice}' is no part of a variable", node: name);
            }

            WriteSigned(key, start);
            WriteSigned(key, length);
        }

        return [.. key];
    }

    // Number of bytes, then the bytes, most significant first; zero has none.
    private static void WriteNumber(List<byte> key, ulong value)
    {
        int bytes = (71 - BitOperations.LeadingZeroCount(value)) / 8;
        key.Add((byte)bytes);
        for (int i = bytes - 1; i >= 0; i--)
        {
            key.Add((byte)(value >> (8 * i)));
        }
    }

    // 0 and 255 are escaped, 0 1 ends.
    private static void WriteString(List<byte> key, ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            key.Add(b);
            if (b == 0)
            {
                key.Add(0xFF);
            }
            else if (b == 0xFF)
            {
                key.Add(0);
            }
        }

        key.Add(0);
        key.Add(1);
    }

    // As many leading ones as bytes (the sign bit turned round), then the number; negative numbers are the complement's complement.
    private static void WriteSigned(List<byte> key, long value)
    {
        ulong magnitude = (ulong)(value < 0 ? ~value : value);
        int bits = 64 - BitOperations.LeadingZeroCount(magnitude);
        int bytes = Math.Max(1, (bits / 7) + 1);
        byte[] code = new byte[bytes];
        for (int i = 0; i < bytes && i < 8; i++)
        {
            code[bytes - 1 - i] = (byte)(magnitude >> (8 * i));
        }

        // The header: bytes ones and a zero, over the first bits.
        for (int i = 0; i < bytes; i++)
        {
            code[i / 8] |= (byte)(0x80 >> (i % 8));
        }

        foreach (byte b in code)
        {
            key.Add(value < 0 ? (byte)~b : b);
        }
    }
}
