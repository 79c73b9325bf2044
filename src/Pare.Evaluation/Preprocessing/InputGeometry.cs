namespace Pare.Evaluation;

/// <summary>What the shape of a model's input says about the pictures it takes.</summary>
internal sealed record InputGeometry(int Width, int Height, int Channels, ImageLayout Layout, TensorShape SampleShape, bool HasBatch)
{
    private const int MaxExtent = 16384;

    public static InputGeometry Of(ValueDescription input, Preprocessing? given, ImageLayout usual)
    {
        int? channels = given?.Channels switch
        {
            null => null,
            ChannelOrder.Gray => 1,
            _ => 3,
        };
        if (input.Shape is not { } shape)
        {
            return Spatial(input, given, Dimension.Unknown, Dimension.Unknown, Dimension.Unknown, channels, given?.Layout ?? usual, true);
        }

        switch (shape.Rank)
        {
            case 4:
                ImageLayout layout = given?.Layout ?? LayoutOf(shape[1], shape[3], usual);
                return layout == ImageLayout.Nhwc
                    ? Spatial(input, given, shape[1], shape[2], shape[3], channels, layout, true)
                    : Spatial(input, given, shape[2], shape[3], shape[1], channels, layout, true);
            case 3 when IsChannels(shape[2]) && shape[0].Value is > 3:
                return Spatial(input, given, shape[0], shape[1], shape[2], channels, ImageLayout.Nhwc, false);
            case 3 when shape[0].Value is 3 && shape[2].Value is > 3:
                return Spatial(input, given, shape[1], shape[2], shape[0], channels, ImageLayout.Nchw, false);
            case 3:
                InputGeometry plain = Spatial(input, given, shape[1], shape[2], 1, channels, ImageLayout.Nhwc, true);
                return plain with { SampleShape = new TensorShape(plain.Height, plain.Width) };
            case 2 when shape[1].Value is { } count:
                return Flat(input, given, count, channels);
            default:
                throw new UsageException($"the input '{input.Name}' of shape {shape} takes no pictures; give data as .npz or .csv");
        }
    }

    private static InputGeometry Spatial(
        ValueDescription input, Preprocessing? given, Dimension high, Dimension wide, Dimension deep, int? channels, ImageLayout layout, bool hasBatch)
    {
        long depth = deep.Value ?? channels ?? 3;
        if (depth is not (1 or 3) || (channels ?? depth) != depth)
        {
            throw new UsageException($"the input '{input.Name}' of shape {input.Shape} has {depth} channels; pictures give {(channels is { } c ? c : "1 or 3")}");
        }

        long height = high.Value ?? given?.Size?.Height ?? 0;
        long width = wide.Value ?? given?.Size?.Width ?? 0;
        if (height < 1 || width < 1 || height > MaxExtent || width > MaxExtent)
        {
            throw new UsageException($"the input '{input.Name}' of shape {input.Shape?.ToString() ?? "unknown"} does not tell the size of its pictures: give --size", "size");
        }

        if (given?.Size is { } size && (size.Width != width || size.Height != height))
        {
            throw new UsageException($"the input '{input.Name}' takes pictures of {width}x{height}, not {size}", "size");
        }

        TensorShape sample = layout == ImageLayout.Nhwc ? new TensorShape(height, width, depth) : new TensorShape(depth, height, width);
        return new InputGeometry((int)width, (int)height, (int)depth, layout, sample, hasBatch);
    }

    /// <summary>A flat input of a square picture: 784 values are a digit of 28x28.</summary>
    private static InputGeometry Flat(ValueDescription input, Preprocessing? given, long count, int? channels)
    {
        foreach (int depth in channels is { } c ? [c] : (ReadOnlySpan<int>)[1, 3])
        {
            ImageSize size = given?.Size ?? new ImageSize((int)Math.Sqrt((double)count / depth), (int)Math.Sqrt((double)count / depth));
            if ((long)size.Width * size.Height * depth == count && count <= (long)MaxExtent * MaxExtent)
            {
                return new InputGeometry(size.Width, size.Height, depth, given?.Layout ?? ImageLayout.Nhwc, new TensorShape(count), true);
            }
        }

        throw new UsageException($"the input '{input.Name}' takes {count} values, which is no square picture; give --size, or data as .npz or .csv", "size");
    }

    private static bool IsChannels(Dimension d) => d.Value is 1 or 3;

    private static ImageLayout LayoutOf(Dimension first, Dimension last, ImageLayout usual)
    {
        bool channelsFirst = IsChannels(first);
        bool channelsLast = IsChannels(last);
        return channelsFirst == channelsLast ? usual : channelsLast ? ImageLayout.Nhwc : ImageLayout.Nchw;
    }
}
