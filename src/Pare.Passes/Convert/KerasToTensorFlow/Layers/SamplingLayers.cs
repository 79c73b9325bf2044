using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Layers that resample.</summary>
internal static class SamplingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("UpSampling1D", c => c.SetOutput(Repeat(c.TensorFlow, c.Raw(0), 1, c.Integer("size", c.Integer("length", 2))))),
        new("UpSampling2D", UpSampling2D),
        new("UpSampling3D", UpSampling3D),
        new("Resizing", Resizing),
    ];

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

    /// <summary>Every position along an axis several times.</summary>
    public static Value Repeat(TensorFlowBuilder b, Value x, int axis, long times)
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
        c.SetOutput(data.Restore(Resize(b, x, size, extents, c.Text("interpolation", "nearest"), antialias: false)));
    }

    private static void Resizing(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        long height = c.Integer("height", 0);
        long width = c.Integer("width", 0);
        bool single = c.Rank() == 3;
        Value x = single ? b.ExpandDims(c.Input(), 0) : c.Input();
        x = c.ChannelsLast ? x : b.Transpose(x, 0, 2, 3, 1);
        if (c.Flag("crop_to_aspect_ratio", false))
        {
            x = CropToAspect(b, x, height, width);
        }
        else if (c.Flag("pad_to_aspect_ratio", false))
        {
            x = PadToAspect(c, x, height, width);
        }

        Value y = Resize(b, x, b.Int32s(height, width), [height, width], c.Text("interpolation", "bilinear"), c.Flag("antialias", false));
        y = c.ChannelsLast ? y : b.Transpose(y, 0, 3, 1, 2);
        c.SetOutput(single ? b.Squeeze(y, 0) : y);
    }

    /// <summary>The largest central part of the wanted proportion, of a picture [N, H, W, C].</summary>
    public static Value CropToAspect(TensorFlowBuilder b, Value x, long height, long width)
    {
        (long h, long w) = Extents(x);
        long cropHeight = Math.Min(h, (long)((double)(w * height) / width));
        long cropWidth = Math.Min(w, (long)((double)(h * width) / height));
        long top = (h - cropHeight) / 2;
        long left = (w - cropWidth) / 2;
        return b.Slice(x, [0, top, left, 0], [null, top + cropHeight, left + cropWidth, null]);
    }

    // The smallest frame of the wanted proportion, the picture in its middle.
    private static Value PadToAspect(LayerContext c, Value x, long height, long width)
    {
        TensorFlowBuilder b = c.TensorFlow;
        (long h, long w) = Extents(x);
        long frameHeight = Math.Max(h, (long)((double)(w * height) / width));
        long frameWidth = Math.Max(w, (long)((double)(h * width) / height));
        if (c.Text("fill_mode", "constant") != "constant")
        {
            LayerContext.Unsupported($"filling in the mode '{c.Text("fill_mode", "")}' is not carried over");
        }

        (long Before, long After)[] pads = [(0, 0), ((frameHeight - h) / 2, frameHeight - h - ((frameHeight - h) / 2)), ((frameWidth - w) / 2, frameWidth - w - ((frameWidth - w) / 2)), (0, 0)];
        SymbolicShape shape = Shapes.Of(Shapes.Extent(x.Shape, 0), frameHeight, frameWidth, Shapes.Extent(x.Shape, 3));
        return b.Emit("PadV2", [x, b.Pairs(pads), b.Float(c.Number("fill_value") ?? 0)], x.Type, shape, T("T", x.Type), T("Tpaddings", DataType.Int32));
    }

    private static (long Height, long Width) Extents(Value x) => x.Shape?[1].Value is { } h && x.Shape[2].Value is { } w ? (h, w)
        : throw new LoweringException("the picture's extents must be known to keep its aspect ratio");

    /// <summary>Resizes pictures [N, H, W, C] as <c>tf.image.resize</c> does: at half-pixel centres.</summary>
    /// <param name="b">Emits the nodes.</param>
    /// <param name="x">The pictures.</param>
    /// <param name="size">Height and width as a tensor.</param>
    /// <param name="extents">Height and width as far as they are known.</param>
    /// <param name="interpolation">Keras's name of the kernel.</param>
    /// <param name="antialias">Whether the kernel widens where the picture shrinks.</param>
    public static Value Resize(TensorFlowBuilder b, Value x, Value size, long?[] extents, string interpolation, bool antialias)
    {
        SymbolicShape shape = Shapes.Of(Shapes.Extent(x.Shape, 0), extents[0], extents[1], Shapes.Extent(x.Shape, 3));
        string? op = interpolation.ToUpperInvariant() switch
        {
            "NEAREST" => "ResizeNearestNeighbor",
            "AREA" => "ResizeArea",
            "BILINEAR" when !antialias => "ResizeBilinear",
            "BICUBIC" when !antialias => "ResizeBicubic",
            _ => null,
        };
        if (op is not null)
        {
            (string, AttributeValue)[] attributes = [T("T", x.Type), ("align_corners", AttributeValue.Of(false))];
            return b.Emit(op, [x, size], DataType.Float32, shape, op == "ResizeArea" ? attributes : [.. attributes, ("half_pixel_centers", AttributeValue.Of(true))]);
        }

        if (!ResizeKernels.Knows(interpolation))
        {
            throw new LoweringException($"the interpolation '{interpolation}' is none of Keras's");
        }

        if (extents is not [{ } height, { } width] || Shapes.Extent(x.Shape, 1) is not { } h || Shapes.Extent(x.Shape, 2) is not { } w || Shapes.Extent(x.Shape, 3) is not { } channels)
        {
            throw new LoweringException($"the picture's extents must be known for the interpolation '{interpolation}'");
        }

        // Rows, then columns: each a product with a constant matrix.
        Value rows = b.BatchMatMul(b.Constant(ResizeKernels.Weights(interpolation, h, height, antialias), "row_weights"), b.Reshape(x, -1, h, w * channels));
        Value columns = b.BatchMatMul(b.Constant(ResizeKernels.Weights(interpolation, w, width, antialias), "column_weights"), b.Reshape(rows, -1, w, channels));
        return b.Reshape(columns, -1, height, width, channels);
    }
}
