using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Layers that resample.</summary>
internal static class SamplingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("UpSampling1D", UpSampling1D),
        new("UpSampling2D", UpSampling2D),
        new("UpSampling3D", UpSampling3D),
        new("Resizing", Resizing),
    ];

    private static void UpSampling1D(LayerContext c) => c.SetOutput(Repeat(c.TensorFlow, c.Raw(0), 1, c.Integer("size", 2)));

    private static void UpSampling3D(LayerContext c)
    {
        Value x = c.Raw(0);
        long[] size = c.Integers("size", 3, 2);
        for (int i = 0; i < 3; i++)
        {
            x = Repeat(c.TensorFlow, x, i + (c.ChannelsLast ? 1 : 2), size[i]);
        }

        c.SetOutput(x);
    }

    // Every position along an axis several times.
    private static Value Repeat(TensorFlowBuilder b, Value x, int axis, long times)
    {
        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        if (times == 1)
        {
            return x;
        }

        long[] multiples = [.. Enumerable.Range(0, rank + 1).Select(i => i == axis + 1 ? times : 1L)];
        Value tiled = b.Tile(b.ExpandDims(x, axis + 1), multiples);
        (long?, Value?, int)[] target = new (long?, Value?, int)[rank];
        for (int i = 0; i < rank; i++)
        {
            target[i] = i == axis ? (x.Shape[i].Value * times, null, 0) : (x.Shape[i].Value, x, i);
        }

        return target[axis].Item1 is null ? b.ReshapeTo(tiled, target, openIsRest: true) : b.ReshapeTo(tiled, target);
    }

    private static void UpSampling2D(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        SpatialData data = new(c, 2);
        long[] factors = c.Integers("size", 2, 2);
        Value x = data.Plain;
        long?[] extents = [Shapes.Extent(x.Shape, 1) * factors[0], Shapes.Extent(x.Shape, 2) * factors[1]];
        Value size = extents is [{ } h, { } w]
            ? b.Int32s(h, w)
            : b.Pack([b.Mul(b.ExtentOf(x, 1), b.Int32(factors[0])), b.Mul(b.ExtentOf(x, 2), b.Int32(factors[1]))], 0);
        c.SetOutput(data.Restore(Resize(b, x, size, extents, c.Text("interpolation", "nearest"), enlarging: true)));
    }

    private static void Resizing(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        if (c.Flag("pad_to_aspect_ratio", false) || c.Flag("antialias", false))
        {
            LayerContext.Unsupported("padding to the aspect ratio and antialiasing are not carried over");
        }

        long height = c.Integer("height", 0);
        long width = c.Integer("width", 0);
        bool single = c.Rank() == 3;
        Value x = single ? b.ExpandDims(c.Input(), 0) : c.Input();
        x = c.ChannelsLast ? x : b.Transpose(x, 0, 2, 3, 1);
        if (c.Flag("crop_to_aspect_ratio", false))
        {
            x = CropToAspect(b, x, height, width);
        }

        Value y = Resize(b, x, b.Int32s(height, width), [height, width], c.Text("interpolation", "bilinear"), enlarging: false);
        y = c.ChannelsLast ? y : b.Transpose(y, 0, 3, 1, 2);
        c.SetOutput(single ? b.Squeeze(y, 0) : y);
    }

    // The largest central part of the wanted proportion.
    private static Value CropToAspect(TensorFlowBuilder b, Value x, long height, long width)
    {
        if (x.Shape?[1].Value is not { } h || x.Shape[2].Value is not { } w)
        {
            throw new LoweringException("the picture's extents must be known to crop it to the aspect ratio");
        }

        long cropHeight = Math.Min(h, (long)((float)w * height / width));
        long cropWidth = Math.Min(w, (long)((float)h * width / height));
        long top = (long)((float)(h - cropHeight) / 2);
        long left = (long)((float)(w - cropWidth) / 2);
        return b.Slice(x, [0, top, left, 0], [null, top + cropHeight, left + cropWidth, null]);
    }

    private static Value Resize(TensorFlowBuilder b, Value x, Value size, long?[] extents, string interpolation, bool enlarging)
    {
        string op = interpolation.ToUpperInvariant() switch
        {
            "NEAREST" => "ResizeNearestNeighbor",
            "BILINEAR" => "ResizeBilinear",
            "BICUBIC" => "ResizeBicubic",

            // By whole factors every area is a single pixel.
            "AREA" when enlarging => "ResizeNearestNeighbor",
            _ => throw new LoweringException($"the interpolation '{interpolation}' is not carried over; nearest, bilinear and bicubic are"),
        };
        SymbolicShape shape = Shapes.Of(Shapes.Extent(x.Shape, 0), extents[0], extents[1], Shapes.Extent(x.Shape, 3));
        return b.Emit(op, [x, size], DataType.Float32, shape, T("T", x.Type), ("align_corners", AttributeValue.Of(false)), ("half_pixel_centers", AttributeValue.Of(true)));
    }
}
