using System.Buffers;

namespace Pare.Codecs;

/// <summary>
/// One chunk: a byte that says whether the lower planes are split, then the planes from the highest to the lowest. Split planes hold first the bytes of elements
/// whose highest byte is not zero, then those of the others: zeros of pruned tensors cost nothing there.
/// </summary>
internal static class PlaneChunk
{
    public static void Encode(ReadOnlySpan<byte> values, PlaneElement element, ByteSink sink)
    {
        int width = PlaneCoder.Width(element);
        int count = values.Length / width;
        byte[] rented = ArrayPool<byte>.Shared.Rent((width + 1) * count);
        Span<byte> planes = rented.AsSpan(0, width * count);
        PlaneSplitter.Split(values, element, planes);
        ReadOnlySpan<byte> top = planes.Slice((width - 1) * count, count);
        int zeros = width == 1 ? 0 : top.Count((byte)0);
        bool split = zeros > count / 32 && zeros < count;
        sink.Add(split ? (byte)1 : (byte)0);
        BytePlane.Encode(top, sink, likelyNoise: false);
        Span<byte> scratch = rented.AsSpan(width * count, count);
        for (int p = width - 2; p >= 0; p--)
        {
            ReadOnlySpan<byte> plane = planes.Slice(p * count, count);
            bool noise = p < width - 2 || element is PlaneElement.Float32 or PlaneElement.BFloat16;
            if (!split)
            {
                BytePlane.Encode(plane, sink, noise);
                continue;
            }

            int others = 0;
            int zero = count - zeros;
            for (int i = 0; i < count; i++)
            {
                scratch[top[i] != 0 ? others++ : zero++] = plane[i];
            }

            BytePlane.Encode(scratch[..others], sink, noise);
            BytePlane.Encode(scratch[others..], sink, noise);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    public static void Decode(ReadOnlySpan<byte> coded, PlaneElement element, Span<byte> values, long offset)
    {
        int width = PlaneCoder.Width(element);
        int count = values.Length / width;
        byte[] rented = ArrayPool<byte>.Shared.Rent((width + 1) * count);
        try
        {
            Decode(coded, element, width, values, rented.AsSpan(0, (width + 1) * count));
        }
        catch (CodecException e)
        {
            throw new CodecException("planes", e.Problem, offset + e.Offset, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Decode(ReadOnlySpan<byte> coded, PlaneElement element, int width, Span<byte> values, Span<byte> buffer)
    {
        int count = values.Length / width;
        if (coded.IsEmpty || coded[0] > 1)
        {
            throw new CodecException("planes", coded.IsEmpty ? "an empty chunk" : $"unknown chunk mode {coded[0]}", 0);
        }

        bool split = coded[0] != 0;
        int at = 1;
        Span<byte> top = buffer.Slice((width - 1) * count, count);
        at += BytePlane.Decode(coded[at..], top, vector: true);
        int others = split ? count - top.Count((byte)0) : 0;
        Span<byte> scratch = buffer.Slice(width * count, count);
        for (int p = width - 2; p >= 0; p--)
        {
            Span<byte> plane = buffer.Slice(p * count, count);
            if (!split)
            {
                at += BytePlane.Decode(coded[at..], plane, vector: true);
                continue;
            }

            at += BytePlane.Decode(coded[at..], scratch[..others], vector: true);
            at += BytePlane.Decode(coded[at..], scratch[others..], vector: true);
            int other = 0;
            int zero = others;
            for (int i = 0; i < count; i++)
            {
                plane[i] = scratch[top[i] != 0 ? other++ : zero++];
            }
        }

        if (at != coded.Length)
        {
            throw new CodecException("planes", $"{coded.Length - at} bytes are left over", at);
        }

        PlaneSplitter.Join(buffer[..(width * count)], element, values);
    }
}
