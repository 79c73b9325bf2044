using System.Buffers.Binary;
using Pare.Codecs;
using Pare.Formats.TensorBoard;

namespace Pare.Formats.Packed;

/// <summary>Decodes one stream of a container into bytes of the unpacked file, its segments one behind the other.</summary>
internal static class StreamDecoder
{
    /// <exception cref="ModelFormatException">The checksum does not match.</exception>
    /// <exception cref="CodecException">The stream is damaged although its checksum matches.</exception>
    public static byte[] Decode(ByteSource file, PackedStream stream)
    {
        ReadOnlyMemory<byte> coded = file.Slice(stream.Offset, stream.CodedLength);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(stream.Offset - 4, 4).Span);
        if (Crc32C.Compute(coded.Span) != checksum)
        {
            throw new CodecException(PackedHeader.Format, "the checksum does not match", 0);
        }

        return Decode(coded, stream);
    }

    /// <summary>Decodes the coded bytes of a stream, whose checksum was checked.</summary>
    /// <exception cref="CodecException">The stream is damaged.</exception>
    public static byte[] Decode(ReadOnlyMemory<byte> coded, PackedStream stream)
    {
        return stream.Codec switch
        {
            StreamCodec.Stored => Stored(coded, stream),
            StreamCodec.Mixed => Mixed(coded, stream),
            StreamCodec.Planes => Planes(coded, stream),
            _ => Symbols(coded, stream),
        };
    }

    private static byte[] Stored(ReadOnlyMemory<byte> coded, PackedStream stream) =>
        coded.Length == stream.Length ? coded.ToArray() : throw new CodecException("stored", $"{coded.Length} bytes, the directory says {stream.Length}", 0);

    private static byte[] Mixed(ReadOnlyMemory<byte> coded, PackedStream stream)
    {
        byte[] bytes = new byte[stream.Length];
        ByteCoder.Decode(coded, bytes, Stride(stream));
        return bytes;
    }

    private static byte[] Planes(ReadOnlyMemory<byte> coded, PackedStream stream)
    {
        PlaneElement element = (PlaneElement)stream.Parameter;
        if (stream.Parameter > (int)PlaneElement.Float64 || stream.Length % PlaneCoder.Width(element) != 0)
        {
            throw new CodecException("planes", $"{stream.Length} bytes of elements {stream.Parameter}", 0);
        }

        byte[] bytes = new byte[stream.Length];
        PlaneCoder.Decode(coded.Span, element, bytes);
        return bytes;
    }

    /// <summary>The stride of a mixed stream, checked.</summary>
    public static int Stride(PackedStream stream) =>
        stream.Parameter is >= 1 and <= 8 ? stream.Parameter : throw new CodecException("bytes", $"the stride {stream.Parameter} is none of 1 to 8", 0);

    private static byte[] Symbols(ReadOnlyMemory<byte> coded, PackedStream stream)
    {
        byte[] bytes = new byte[stream.Segments.Sum(s => s.Length)];
        SymbolGroupDecoder decoder = new(coded);
        int[] symbols = new int[stream.Segments.Max(s => s.Elements)];
        int at = 0;
        foreach (PackedSegment s in stream.Segments)
        {
            Span<int> own = symbols.AsSpan(0, s.Elements);
            decoder.Decode(s.Layout!, own);
            if (s.Kind == SegmentKind.Floats)
            {
                FloatParts.Decode(decoder, own, s.Width, bytes.AsSpan(at, (int)s.Length));
            }
            else
            {
                ToBytes(s, own, bytes.AsSpan(at, (int)s.Length));
            }

            at += (int)s.Length;
        }

        decoder.Finish();
        return bytes;
    }

    private static void ToBytes(PackedSegment s, ReadOnlySpan<int> symbols, Span<byte> bytes)
    {
        switch (s.Kind)
        {
            case SegmentKind.Coded:
                float[] values = new float[symbols.Length];
                CodedTensor.Decode(symbols, 0, s.Step, s.First, s.Second, values);
                FloatBytes.Write(s.Type, values, bytes);
                break;
            case SegmentKind.Palette:
                ReadOnlySpan<byte> table = s.Table.Span;
                for (int k = 0; k < symbols.Length; k++)
                {
                    int entry = symbols[k];
                    if ((uint)entry >= (uint)(table.Length / s.Width))
                    {
                        throw new CodecException("palette", $"entry {entry} of {table.Length / s.Width}", 0);
                    }

                    table.Slice(entry * s.Width, s.Width).CopyTo(bytes[(k * s.Width)..]);
                }

                break;
            default:
                WriteIntegers(symbols, s.Width, bytes);
                break;
        }
    }

    private static void WriteIntegers(ReadOnlySpan<int> symbols, int width, Span<byte> bytes)
    {
        for (int k = 0; k < symbols.Length; k++)
        {
            switch (width)
            {
                case 1:
                    bytes[k] = (byte)symbols[k];
                    break;
                case 2:
                    BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * k)..], (short)symbols[k]);
                    break;
                default:
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * k)..], symbols[k]);
                    break;
            }
        }
    }
}
