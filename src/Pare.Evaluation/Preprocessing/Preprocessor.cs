using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>
/// Turns pictures into the values of a model's input: <c>(pixel - mean) / std * scale</c> in binary32, in that order, after cropping and resizing; then, for integer inputs
/// with a scale and zero point, <c>round(value / scale) + zeroPoint</c> (half to even), clamped. Immutable and thread-safe.
/// </summary>
public sealed class Preprocessor
{
    private readonly ImageSize _size;
    private readonly int _channels;
    private readonly float[] _mean;
    private readonly float[] _std;
    private readonly float _scale;

    /// <summary>Prepares to feed one input.</summary>
    public Preprocessor(PreprocessingPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Plan = plan;
        Preprocessing s = plan.Settings;
        _size = s.Size!.Value;
        _channels = s.Channels == ChannelOrder.Gray ? 1 : 3;
        _mean = Tile(s.Mean!.Value);
        _std = Tile(s.Std!.Value);
        _scale = (float)s.Scale!.Value;
        BytesPerSample = checked((int)plan.Input.Type.ByteLength(plan.SampleShape.Count));
    }

    /// <summary>What it does.</summary>
    public PreprocessingPlan Plan { get; }

    /// <summary>Bytes of one picture's values.</summary>
    public int BytesPerSample { get; }

    /// <summary>Computes one picture's values.</summary>
    /// <param name="image">The picture, of any size.</param>
    /// <param name="destination">Receives the values in the input's element type and layout; exactly <see cref="BytesPerSample"/> bytes.</param>
    public void Fill(RgbImage image, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, BytesPerSample, nameof(destination));
        DataType type = Plan.Input.Type;
        if (type == DataType.Float32)
        {
            FillFloats(image, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        float[] values = new float[Plan.SampleShape.Count];
        FillFloats(image, values);
        QuantizationParameters? q = Plan.Quantization;
        NumberPacker.Pack(values, type, q?.Scales[0] ?? 1, q is { ZeroPoints.Length: > 0 } ? q.ZeroPoints[0] : 0, destination);
    }

    /// <summary>The values of one picture as a tensor with a batch of one (where the input has a batch dimension).</summary>
    public DenseTensorData ToTensor(RgbImage image)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(BytesPerSample);
        Fill(image, bytes);
        return new DenseTensorData(Plan.Input.Type, BatchShape(1), bytes);
    }

    /// <summary>The shape of a batch of pictures.</summary>
    public TensorShape BatchShape(int batch) => Plan.HasBatch ? new TensorShape([batch, .. Plan.SampleShape.Dimensions]) : Plan.SampleShape;

    private static RgbImage Crop(RgbImage image, double fraction)
    {
        if (fraction >= 1)
        {
            return image;
        }

        // As TensorFlow's central_crop: the margin is rounded down, and the same on both sides.
        int x = (int)((image.Width - (image.Width * fraction)) / 2);
        int y = (int)((image.Height - (image.Height * fraction)) / 2);
        return image.Crop(x, y, image.Width - (2 * x), image.Height - (2 * y));
    }

    private void FillFloats(RgbImage image, Span<float> destination)
    {
        Preprocessing s = Plan.Settings;
        image = Crop(image, s.Crop!.Value);
        if (_channels == 1)
        {
            image = image.ToGray();
        }

        Span<float> row = new float[_size.Width * 3];
        if (s.Resize == ResizeMethod.BilinearTf1)
        {
            Tf1BilinearResizer resizer = new(image, _size.Width, _size.Height);
            for (int y = 0; y < _size.Height; y++)
            {
                resizer.Row(y, row);
                Emit(row, y, destination);
            }

            return;
        }

        image = ImageResizer.Resize(image, _size.Width, _size.Height, s.Resize!.Value);
        for (int y = 0; y < _size.Height; y++)
        {
            TensorPrimitives.ConvertTruncating(image.Pixels.Slice(y * row.Length, row.Length), row);
            Emit(row, y, destination);
        }
    }

    /// <summary>Normalizes a row and puts it in its place.</summary>
    private void Emit(Span<float> row, int y, Span<float> destination)
    {
        if (Plan.Settings.Channels == ChannelOrder.Bgr)
        {
            for (int i = 0; i < row.Length; i += 3)
            {
                (row[i], row[i + 2]) = (row[i + 2], row[i]);
            }
        }

        // Plain loops: a row is short, and TensorPrimitives would be compiled first, which takes longer than a picture.
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = (row[i] - _mean[i]) / _std[i];
        }

        if (_scale != 1)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] *= _scale;
            }
        }

        int width = _size.Width;
        if (_channels == 3 && Plan.Settings.Layout == ImageLayout.Nhwc)
        {
            row.CopyTo(destination[(y * row.Length)..]);
            return;
        }

        int plane = width * _size.Height;
        for (int c = 0; c < _channels; c++)
        {
            Span<float> to = destination.Slice((c * plane) + (y * width), width);
            for (int x = 0; x < width; x++)
            {
                to[x] = row[(x * 3) + c];
            }
        }
    }

    private float[] Tile(ImmutableArray<double> values)
    {
        float[] tiled = new float[_size.Width * 3];
        for (int i = 0; i < tiled.Length; i++)
        {
            tiled[i] = (float)values[values.Length == 1 ? 0 : i % 3];
        }

        return tiled;
    }
}
