using Pare.Compress;

namespace Pare.Packing;

/// <summary>Doubles few pictures by their mirror images, for calibration: moments need more pictures than labels do, and a picture's mirror is as likely a picture.</summary>
internal static class MirroredSamples
{
    private const int Enough = 400;

    /// <summary>The samples with their mirror images behind, where they are few and are pictures; else the samples.</summary>
    public static CompressSamples Double(CompressSamples samples)
    {
        if (samples.Count >= Enough || samples.Inputs.Count == 0 || samples.Inputs[0].Count != 1 || WidthAxis(samples.Inputs[0][0]) is not { } axis)
        {
            return samples;
        }

        return samples with { Inputs = [.. samples.Inputs, .. samples.Inputs.Select(i => (IReadOnlyList<TensorData>)[Mirror(i[0], axis)])], Labels = null };
    }

    // [N, H, W, C] or [N, C, H, W] with one or three channels.
    private static int? WidthAxis(TensorData picture) => picture.Shape.Rank != 4 || picture.Type == DataType.String ? null
        : picture.Shape[3] is 1 or 3 && picture.Shape[2] > 3 ? 2
        : picture.Shape[1] is 1 or 3 && picture.Shape[3] > 3 ? 3
        : null;

    private static DenseTensorData Mirror(TensorData picture, int axis)
    {
        ReadOnlySpan<byte> from = picture.GetBytes();
        byte[] to = new byte[from.Length];
        int width = (int)picture.Shape[axis];
        int element = (int)(picture.ByteLength / picture.Count);
        for (int i = axis + 1; i < picture.Shape.Rank; i++)
        {
            element *= (int)picture.Shape[i];
        }

        for (int row = 0; row < from.Length; row += width * element)
        {
            for (int x = 0; x < width; x++)
            {
                from.Slice(row + (x * element), element).CopyTo(to.AsSpan(row + ((width - 1 - x) * element)));
            }
        }

        return new DenseTensorData(picture.Type, picture.Shape, to);
    }
}
