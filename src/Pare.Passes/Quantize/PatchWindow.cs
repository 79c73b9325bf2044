namespace Pare.Passes.Quantize;

/// <summary>How a 2-D convolution walks over its input. Immutable.</summary>
public sealed record PatchWindow
{
    /// <summary>Kernel height.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Kernel width.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Vertical stride.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Horizontal stride.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Vertical dilation.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Horizontal dilation.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Zero rows above; null with <see cref="SamePadding"/>.</summary>
    public int? PadTop { get; init; }

    /// <summary>Zero rows below.</summary>
    public int PadBottom { get; init; }

    /// <summary>Zero columns to the left.</summary>
    public int PadLeft { get; init; }

    /// <summary>Zero columns to the right.</summary>
    public int PadRight { get; init; }

    /// <summary>Whether the output has ceil(input / stride) places, the odd pixel of padding after.</summary>
    public bool SamePadding => PadTop is null;

    /// <summary>Padding before and number of output places along one axis.</summary>
    /// <param name="size">Input extent.</param>
    /// <param name="vertical">Which axis.</param>
    public (int Before, int Places) Along(int size, bool vertical)
    {
        int kernel = vertical ? KernelHeight : KernelWidth;
        int stride = vertical ? StrideHeight : StrideWidth;
        int reach = ((kernel - 1) * (vertical ? DilationHeight : DilationWidth)) + 1;
        if (SamePadding)
        {
            int places = (size + stride - 1) / stride;
            int total = Math.Max(0, ((places - 1) * stride) + reach - size);
            return (total / 2, places);
        }

        int before = vertical ? PadTop!.Value : PadLeft;
        int after = vertical ? PadBottom : PadRight;
        return (before, Math.Max(0, ((size + before + after - reach) / stride) + 1));
    }
}
