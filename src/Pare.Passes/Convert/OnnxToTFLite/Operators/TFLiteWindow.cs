namespace Pare.Passes.Conversion;

/// <summary>Where the windows of an ONNX convolution or pool lie, and how TFLite says it: SAME, VALID, or padding done apart.</summary>
internal sealed record TFLiteWindow
{
    /// <summary>Extents of the window.</summary>
    public required long[] Kernel { get; init; }

    /// <summary>Step of the window.</summary>
    public required long[] Strides { get; init; }

    /// <summary>Distance of the window's taps.</summary>
    public required long[] Dilations { get; init; }

    /// <summary>Explicit padding: all begins, then all ends.</summary>
    public required long[] Pads { get; init; }

    /// <summary><c>NOTSET</c>, <c>SAME_UPPER</c>, <c>SAME_LOWER</c> or <c>VALID</c>.</summary>
    public required string Auto { get; init; }

    /// <summary>Spatial extents of the input, null where unknown.</summary>
    public required long?[] Extents { get; init; }

    /// <summary>Number of spatial axes.</summary>
    public int Spatial => Kernel.Length;

    /// <summary>Reads a node's attributes.</summary>
    public static TFLiteWindow Read(ToTFLiteContext c, long[] kernel)
    {
        int n = kernel.Length;
        long[] ones = [.. Enumerable.Repeat(1L, n)];
        SymbolicShape? s = c.Shape(0);
        return new TFLiteWindow
        {
            Kernel = kernel,
            Strides = c.Attributes.GetIntegers("strides") is { Length: > 0 } strides ? strides : ones,
            Dilations = c.Attributes.GetIntegers("dilations") is { Length: > 0 } dilations ? dilations : ones,
            Pads = c.Attributes.GetIntegers("pads") is { Length: > 0 } pads ? pads : new long[n * 2],
            Auto = c.Attributes.GetString("auto_pad", "NOTSET"),
            Extents = [.. Enumerable.Range(2, n).Select(i => s?[i].Value)],
        };
    }

    /// <summary>A window in one axis as one of two axes, the first of extent 1.</summary>
    public TFLiteWindow Widened() => this with
    {
        Kernel = [1, .. Kernel],
        Strides = [1, .. Strides],
        Dilations = [1, .. Dilations],
        Pads = [0, Pads[0], 0, Pads[1]],
        Extents = [1, .. Extents],
    };

    /// <summary>Extent that a window's taps span along an axis.</summary>
    public long Span(int axis) => ((Kernel[axis] - 1) * Dilations[axis]) + 1;

    /// <summary>The padding in TFLite's words, or null where it must be done apart, by <see cref="Amounts"/>.</summary>
    public string? Name
    {
        get
        {
            if (Auto is "VALID")
            {
                return "VALID";
            }

            if (Auto is "SAME_UPPER")
            {
                return "SAME";
            }

            long[]? amounts = Amounts();
            return amounts is null ? null : Array.TrueForAll(amounts, a => a == 0) ? "VALID" : Enumerable.Range(0, Spatial).All(i => IsSame(i, amounts)) ? "SAME" : null;
        }
    }

    /// <summary>Begins, then ends, or null where they follow from extents that are not known.</summary>
    public long[]? Amounts()
    {
        if (Auto is "NOTSET" or "")
        {
            return Pads;
        }

        long[] amounts = new long[Spatial * 2];
        for (int i = 0; i < Spatial && Auto != "VALID"; i++)
        {
            if (SameTotal(i) is not { } total)
            {
                return null;
            }

            amounts[i] = Auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
            amounts[i + Spatial] = total - amounts[i];
        }

        return amounts;
    }

    // SAME gives ceil(n/s) positions and puts the odd one after.
    private bool IsSame(int axis, long[] amounts) => SameTotal(axis) is { } total && amounts[axis] == total / 2 && amounts[axis + Spatial] == total - (total / 2)
        && (Extents[axis] is not { } n || ((n + total - Span(axis)) / Strides[axis]) + 1 == (n + Strides[axis] - 1) / Strides[axis]);

    private long? SameTotal(int axis)
    {
        long s = Strides[axis];
        return Extents[axis] is { } n ? Math.Max(((((n + s - 1) / s) - 1) * s) + Span(axis) - n, 0) : s == 1 ? Span(axis) - 1 : null;
    }
}
