using static Pare.Passes.Conversion.TFLiteBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>
/// Transposed convolutions. The filter [C, M/g, k…] becomes [M, k…, C]; a dilated one is spelt out with zeros between its taps, a grouped one with zeros between its groups. Paddings
/// that are neither SAME nor VALID are cut from the full result.
/// </summary>
internal static class TFLiteTransposedConvolution
{
    /// <summary>Carries a ConvTranspose over.</summary>
    public static void Lower(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        int rank = c.Rank(0);
        if (rank is not (3 or 4))
        {
            throw new LoweringException($"a transposed convolution over {rank - 2} axes has no counterpart in TFLite; over one or two it has");
        }

        Value weight = c.In(1);
        long[] shape = c.Shape(1)?.ToStatic()?.ToArray() ?? throw new LoweringException("the filter's shape is not known");
        TFLiteWindow w = TFLiteWindow.Read(c, shape[2..]);
        long[] more = c.Attributes.GetIntegers("output_padding") ?? new long[rank - 2];
        long[]? wanted = c.Attributes.GetIntegers("output_shape");
        if (rank == 3)
        {
            w = w.Widened();
            weight = b.Reshape(weight, shape[0], shape[1], 1, shape[2]);
            more = [0, .. more];
            wanted = wanted is null ? null : [1, .. wanted];
        }

        Value x = b.Cast(ToTFLiteConvolutionLowerings.ChannelsLast(c, 0), DataType.Float32);
        long group = c.Attributes.GetInteger("group", 1);
        weight = Spelt(weight, w, group, b);
        (long[] full, long[] before, long[] sizes) = Extents(w, more, wanted);
        long channels = weight.Shape![1].Value!.Value;
        Value filter = b.Transpose(weight, 1, 2, 3, 0);
        Value?[] tail = c.Has(2) ? [filter, x, b.Cast(c.In(2), DataType.Float32)] : [filter, x];

        // SAME puts (total / 2) before, where total is what the full result has more than the one asked for.
        bool same = Enumerable.Range(0, 2).All(i => full[i] >= sizes[i] && before[i] == (full[i] - sizes[i]) / 2 && (sizes[i] + w.Strides[i] - 1) / w.Strides[i] == w.Extents[i]);
        bool valid = Enumerable.Range(0, 2).All(i => full[i] == sizes[i] && before[i] == 0);
        Value Emit(string padding, long[] extents) => b.Emit(
            "TRANSPOSE_CONV",
            [Sizes(b, x, extents, channels), .. tail],
            ("padding", AttributeValue.Of(padding)),
            ("stride_h", AttributeValue.Of(w.Strides[0])),
            ("stride_w", AttributeValue.Of(w.Strides[1])),
            NoActivation);
        Value y;
        if (valid || same)
        {
            y = Emit(valid ? "VALID" : "SAME", sizes);
        }
        else
        {
            long[] reached = [.. Enumerable.Range(0, 2).Select(i => Math.Max(full[i], before[i] + sizes[i]))];
            if (!reached.SequenceEqual(full))
            {
                throw new LoweringException("output_padding beyond what the windows reach has no counterpart in TFLite");
            }

            y = b.Emit(
                "STRIDED_SLICE",
                [Emit("VALID", full), b.Int32s(0, before[0], before[1]), b.Int32s(0, before[0] + sizes[0], before[1] + sizes[1]), b.Int32s(1, 1, 1)],
                ("begin_mask", AttributeValue.Of(1)),
                ("end_mask", AttributeValue.Of(1)));
        }

        ToTFLiteConvolutionLowerings.SetChannelsLast(c, b.Cast(y, c.Raw(0).Value.Type), rank);
    }

    private static Value Sizes(TFLiteBuilder b, Value x, long[] extents, long channels) => b.Extent(x, 0) is { Known: { } batch }
        ? b.Int32s(batch, extents[0], extents[1], channels)
        : b.Join(b.Extent(x, 0).Computed!, b.Int32s(extents[0], extents[1], channels));

    // What the windows reach, where the result begins in it, and how large the result is.
    private static (long[] Full, long[] Before, long[] Sizes) Extents(TFLiteWindow w, long[] more, long[]? wanted)
    {
        long[] full = new long[2];
        long[] before = new long[2];
        long[] sizes = new long[2];
        for (int i = 0; i < 2; i++)
        {
            long n = w.Extents[i] ?? throw new LoweringException("the input's extents must be known for a transposed convolution; give the inputs' shapes");
            full[i] = ((n - 1) * w.Strides[i]) + w.Span(i);
            if (wanted is not null || w.Auto.StartsWith("SAME", StringComparison.Ordinal))
            {
                sizes[i] = wanted?[wanted.Length - 2 + i] ?? n * w.Strides[i];
                long total = Math.Max(0, full[i] + more[i] - sizes[i]);
                before[i] = w.Auto == "SAME_LOWER" ? total - (total / 2) : total / 2;
            }
            else
            {
                before[i] = w.Pads[i];
                sizes[i] = full[i] + more[i] - w.Pads[i] - w.Pads[i + 2];
            }
        }

        return (full, before, sizes);
    }

    private static Value Spelt(Value weight, TFLiteWindow w, long group, TFLiteBuilder b)
    {
        bool dilated = w.Dilations.Any(d => d != 1);
        if (group == 1 && !dilated)
        {
            return b.Cast(weight, DataType.Float32);
        }

        float[] source = weight.Constant?.ToFloats() ?? throw new LoweringException("a grouped or dilated transposed convolution needs a constant filter");
        TensorShape s = weight.Constant.Shape;
        (long inputs, long outputs, long height, long width) = (s[0], s[1] * group, w.Span(0), w.Span(1));
        float[] target = new float[inputs * outputs * height * width];
        int from = 0;
        for (long ci = 0; ci < inputs; ci++)
        {
            for (long m = 0; m < s[1]; m++)
            {
                long co = (ci / (inputs / group) * s[1]) + m;
                for (long y = 0; y < s[2]; y++)
                {
                    for (long x = 0; x < s[3]; x++)
                    {
                        target[(((((ci * outputs) + co) * height) + (y * w.Dilations[0])) * width) + (x * w.Dilations[1])] = source[from++];
                    }
                }
            }
        }

        return b.Constant(DenseTensorData.Create(target, new TensorShape(inputs, outputs, height, width)), weight.Name);
    }
}
