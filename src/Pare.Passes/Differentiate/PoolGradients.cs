using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>Pooling over windows.</summary>
internal static class PoolGradients
{
    public static Dictionary<string, GradientRule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["GlobalAveragePool"] = GlobalAverage,
        ["AveragePool"] = Average,
        ["MaxPool"] = Max,
        ["GlobalMaxPool"] = GlobalMax,
    };

    private static bool GlobalAverage(Node node, Value g, GradientTape tape)
    {
        TensorShape shape = tape.ShapeOf(node.Inputs[0]!);
        double places = (double)shape.Count / Math.Max(1, shape[0] * shape[1]);
        Value part = tape.Builder.Mul(g, tape.Scalar(1 / places));
        tape.Add(node.Inputs[0]!, tape.Builder.Emit("Expand", [part, tape.Builder.Int64s(shape.Dimensions)]));
        return true;
    }

    private static bool GlobalMax(Node node, Value g, GradientTape tape)
    {
        // Where several places are the largest, each gets the gradient: pictures hardly ever have two.
        OnnxBuilder b = tape.Builder;
        tape.Add(node.Inputs[0]!, b.Mul(g, tape.Mask(b.Emit("Equal", [node.Inputs[0], node.Output]))));
        return true;
    }

    private static bool Average(Node node, Value g, GradientTape tape)
    {
        TensorShape input = tape.ShapeOf(node.Inputs[0]!);
        TensorShape output = tape.ShapeOf(node.Output);
        if (input.Rank != 4 || Window(node, input) is not { } window)
        {
            return false;
        }

        bool paddingCounts = node.Attributes.GetBoolean("count_include_pad");
        float[] share = new float[output[2] * output[3]];
        for (long y = 0; y < output[2]; y++)
        {
            for (long x = 0; x < output[3]; x++)
            {
                share[(y * output[3]) + x] = 1f / Math.Max(1, Count(window, input, 0, y, paddingCounts) * Count(window, input, 1, x, paddingCounts));
            }
        }

        Value shares = tape.Builder.Constant(DenseTensorData.Create(share, new TensorShape(1, 1, output[2], output[3])));
        Value ones = tape.Builder.Constant(OnnxBuilder.Filled(DataType.Float32, new TensorShape(input[1], 1, window.Kernel[0], window.Kernel[1]), 1));
        tape.Add(node.Inputs[0]!, window.Transposed(tape, tape.Builder.Mul(g, shares), ones, input, output, input[1]));
        return true;
    }

    private static bool Max(Node node, Value g, GradientTape tape)
    {
        // Scattering with sums came with operator set 16, comparing numbers for equality with 11.
        if (tape.Opset < 16)
        {
            return tape.Opset >= 11 && MaxByComparison(node, g, tape);
        }

        if (node.Attributes.GetInteger("storage_order") != 0)
        {
            return false;
        }

        OnnxBuilder b = tape.Builder;
        TensorShape input = tape.ShapeOf(node.Inputs[0]!);
        TensorShape output = tape.ShapeOf(node.Output);
        Value places = node.Outputs.Count > 1 ? node.Outputs[1] : node.AddOutput(b.MakeName(node.Output.Name + "/places"));
        Value empty = b.Constant(OnnxBuilder.Filled(DataType.Float32, new TensorShape(input.Count), 0));
        Value sum = b.Emit(
            "ScatterElements",
            [empty, tape.Reshape(places, new TensorShape(output.Count)), tape.Reshape(g, new TensorShape(output.Count))],
            ("axis", AttributeValue.Of(0L)),
            ("reduction", AttributeValue.Of("add")));
        tape.Add(node.Inputs[0]!, tape.Reshape(sum, input));
        return true;
    }

    // Convolutions with kernels of a single one lay out what each window sees, one channel a place of the window; where that is the maximum, the gradient goes back there.
    // Of several places that hold the maximum each gets it: behind an activation that is zero there it goes no further.
    private static bool MaxByComparison(Node node, Value g, GradientTape tape)
    {
        OnnxBuilder b = tape.Builder;
        TensorShape input = tape.ShapeOf(node.Inputs[0]!);
        TensorShape output = tape.ShapeOf(node.Output);
        if (input.Rank != 4 || Window(node, input) is not { } window)
        {
            return false;
        }

        long channels = input[1];
        long places = window.Kernel[0] * window.Kernel[1];
        float[] ones = new float[channels * places * places];
        for (long k = 0; k < channels * places; k++)
        {
            ones[(k * places) + (k % places)] = 1;
        }

        Value each = b.Constant(DenseTensorData.Create(ones, new TensorShape(channels * places, 1, window.Kernel[0], window.Kernel[1])));
        Value repeat = b.Constant(OnnxBuilder.Filled(DataType.Float32, new TensorShape(channels * places, 1, 1, 1), 1));

        // The last window may reach beyond the padding where a ceiling was taken.
        long[] after = [.. window.After.Select((a, i) => Math.Max(a, ((output[i + 2] - 1) * window.Strides[i]) + ((window.Kernel[i] - 1) * window.Dilations[i]) + 1 - input[i + 2] - window.Before[i]))];
        Value seen = b.Emit(
            "Conv",
            [node.Inputs[0], each],
            ("strides", OnnxBuilderHelpers.Ints(window.Strides)),
            ("dilations", OnnxBuilderHelpers.Ints(window.Dilations)),
            ("pads", OnnxBuilderHelpers.Ints([.. window.Before, .. after])),
            ("group", AttributeValue.Of(channels)));
        Value largest = b.Emit("Conv", [node.Output, repeat], ("group", AttributeValue.Of(channels)));
        Value gradients = b.Emit("Conv", [g, repeat], ("group", AttributeValue.Of(channels)));
        Value there = b.Mul(gradients, tape.Mask(b.Emit("Equal", [seen, largest])));
        tape.Add(node.Inputs[0]!, window.Transposed(tape, there, each, input, output, channels));
        return true;
    }

    private static WindowExtents? Window(Node node, TensorShape input) =>
        node.Attributes.GetIntegers("kernel_shape") is { } kernel ? WindowExtents.Of(node, kernel, input) : null;

    // Elements that a window covers along one axis.
    private static long Count(WindowExtents window, TensorShape input, int axis, long place, bool paddingCounts)
    {
        long count = 0;
        long start = (place * window.Strides[axis]) - window.Before[axis];
        (long low, long high) = paddingCounts ? (-window.Before[axis], input[axis + 2] + window.After[axis]) : (0, input[axis + 2]);
        for (long k = 0; k < window.Kernel[axis]; k++)
        {
            long at = start + (k * window.Dilations[axis]);
            count += at >= low && at < high ? 1 : 0;
        }

        return count;
    }
}
