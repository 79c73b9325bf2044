using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>How a convolution or pooling walks over its input, with padding resolved.</summary>
internal sealed record WindowExtents(long[] Kernel, long[] Strides, long[] Dilations, long[] Before, long[] After)
{
    /// <summary>Reads a node's attributes; null where its padding cannot be resolved.</summary>
    public static WindowExtents? Of(Node node, long[] kernel, TensorShape input)
    {
        int n = kernel.Length;
        long[] strides = node.Attributes.GetIntegers("strides") ?? Ones(n);
        long[] dilations = node.Attributes.GetIntegers("dilations") ?? Ones(n);
        long[] pads = node.Attributes.GetIntegers("pads") ?? new long[2 * n];
        string auto = node.Attributes.GetString("auto_pad", "NOTSET");
        if (strides.Length != n || dilations.Length != n || pads.Length != 2 * n || input.Rank != n + 2)
        {
            return null;
        }

        long[] before = pads[..n];
        long[] after = pads[n..];
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            for (int i = 0; i < n; i++)
            {
                long extent = input[i + 2];
                long places = (extent + strides[i] - 1) / strides[i];
                long total = Math.Max(0, ((places - 1) * strides[i]) + ((kernel[i] - 1) * dilations[i]) + 1 - extent);
                before[i] = auto == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
                after[i] = total - before[i];
            }
        }
        else if (auto == "VALID")
        {
            (before, after) = (new long[n], new long[n]);
        }

        return new WindowExtents(kernel, strides, dilations, before, after);
    }

    /// <summary>The transposed convolution of a gradient with a weight: the gradient by the input of the convolution.</summary>
    public Value Transposed(GradientTape tape, Value gradient, Value weight, TensorShape input, TensorShape output, long groups)
    {
        int n = Kernel.Length;
        long[] rest = new long[n];
        long[] cut = [.. After];
        for (int i = 0; i < n; i++)
        {
            long made = ((output[i + 2] - 1) * Strides[i]) + ((Kernel[i] - 1) * Dilations[i]) + 1 - Before[i] - cut[i];
            rest[i] = input[i + 2] - made;
            if (rest[i] < 0)
            {
                // The last window reaches beyond what padding says (a ceiling was taken): what lies there is cut off.
                cut[i] -= rest[i];
                rest[i] = 0;
            }

            // Padding at the end that no window reaches.
            long less = Math.Min(cut[i], rest[i]);
            if (rest[i] >= Strides[i])
            {
                cut[i] -= less;
                rest[i] -= less;
            }
        }

        return tape.Builder.Emit(
            "ConvTranspose",
            [gradient, weight],
            ("strides", OnnxBuilderHelpers.Ints(Strides)),
            ("dilations", OnnxBuilderHelpers.Ints(Dilations)),
            ("pads", OnnxBuilderHelpers.Ints([.. Before, .. cut])),
            ("output_padding", OnnxBuilderHelpers.Ints(rest)),
            ("group", AttributeValue.Of(groups)));
    }

    private static long[] Ones(int n)
    {
        long[] ones = new long[n];
        Array.Fill(ones, 1);
        return ones;
    }
}
