namespace Pare.Passes.Prune;

/// <summary>
/// A weight that is pruned, its elements ordered as rows of outputs by kernel positions by input channels, so that patterns mean the same in every layout of filters. Element
/// (o, p, i) is at <c>Order[(o·Positions + p)·Inputs + i]</c> of the tensor.
/// </summary>
internal sealed class PruneTarget
{
    private PruneTarget(Value value, int[]? order, int outputs, int positions, int inputs)
    {
        Value = value;
        Order = order;
        (Outputs, Positions, Inputs) = (outputs, positions, inputs);
        Squares = SquaresOf(value);
    }

    public Value Value { get; }

    /// <summary>Places of the elements; null where the operator does not tell outputs from inputs, or the tensor's own order is it.</summary>
    public int[]? Order { get; }

    public int Outputs { get; }

    public int Positions { get; }

    public int Inputs { get; }

    public int Count => Squares.Length;

    /// <summary>Whether rows and input channels are known, as patterns need.</summary>
    public bool HasRows => Outputs > 0;

    /// <summary>What zeroing an element costs, in the tensor's order: its square, or with data the square times what it is multiplied with.</summary>
    public float[] Squares { get; private set; }

    /// <summary>Describes a weight by the first operator that takes it.</summary>
    public static PruneTarget Create(Model model, Value value)
    {
        TensorShape shape = value.Constant!.Shape;
        if (ConsumerOf(model, value, 8) is not ({ } node, { } traits) || traits.OutputChannelAxes?.Invoke(node) is not { } outputs || outputs.Any(a => a >= shape.Rank))
        {
            return new PruneTarget(value, null, 0, 0, 0);
        }

        int[] inputs = [.. (traits.InputChannelAxes?.Invoke(node) ?? []).Where(a => a < shape.Rank && !outputs.Contains(a))];
        int[] positions = [.. Enumerable.Range(0, shape.Rank).Where(a => !outputs.Contains(a) && !inputs.Contains(a))];
        int[] axes = [.. outputs, .. positions, .. inputs];
        int o = (int)outputs.Aggregate(1L, (n, a) => n * shape[a]);
        int i = (int)inputs.Aggregate(1L, (n, a) => n * shape[a]);
        int count = (int)shape.Count;
        return new PruneTarget(value, axes.SequenceEqual(Enumerable.Range(0, axes.Length)) ? null : Permutation(shape, axes), o, count == 0 ? 0 : count / (o * i), i);
    }

    /// <summary>Whether the operator that takes a weight gives every input channel filters of its own.</summary>
    public static bool IsDepthwise(Model model, Value value)
    {
        if (ConsumerOf(model, value, 8) is not ({ } node, { Kind: OperatorKind.Linear } traits) || traits.OutputChannelAxes?.Invoke(node) is not { } outputs || traits.InputChannelAxes?.Invoke(node) is not { } inputs)
        {
            return false;
        }

        TensorShape shape = value.Constant!.Shape;
        return inputs.Length == 0 || inputs.Any(outputs.Contains) || (node.Attributes.GetInteger("group", 1) > 1 && inputs.All(a => a < shape.Rank && shape[a] == 1));
    }

    /// <summary>Weighs the squares by what an error of each element costs.</summary>
    public void Weigh(float[] costs)
    {
        for (int i = 0; i < Squares.Length; i++)
        {
            Squares[i] *= costs[i];
        }
    }

    /// <summary>The place in the tensor of an element in the order of rows.</summary>
    public int Place(int element) => Order is null ? element : Order[element];

    /// <summary>The tensor with zeros where <paramref name="keep"/> is false; every other element keeps its bits.</summary>
    public static TensorData Masked(TensorData content, bool[] keep)
    {
        byte[] bytes = content.GetBytes().ToArray();
        int width = content.Type.BitWidth() / 8;
        for (int i = 0; i < keep.Length; i++)
        {
            if (!keep[i])
            {
                bytes.AsSpan(i * width, width).Clear();
            }
        }

        return new DenseTensorData(content.Type, content.Shape, bytes);
    }

    private static (Node? Node, OperatorTraits? Traits) ConsumerOf(Model model, Value value, int depth)
    {
        foreach (Use use in value.Uses)
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(use.Node);
            if (traits.WeightInput == use.Index)
            {
                return (use.Node, traits);
            }

            if (traits.Kind is OperatorKind.Identity or OperatorKind.Conversion && depth > 0 && use.Index == 0 && use.Node.Outputs.Count > 0
                && ConsumerOf(model, use.Node.Output, depth - 1) is ({ } node, { } found))
            {
                return (node, found);
            }
        }

        return (null, null);
    }

    private static int[] Permutation(TensorShape shape, int[] axes)
    {
        int[] strides = new int[shape.Rank];
        int stride = 1;
        for (int d = shape.Rank - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= (int)shape[d];
        }

        int[] order = new int[stride];
        int[] index = new int[axes.Length];
        int place = 0;
        for (int k = 0; k < order.Length; k++)
        {
            order[k] = place;
            for (int d = axes.Length - 1; d >= 0; d--)
            {
                place += strides[axes[d]];
                if (++index[d] < shape[axes[d]])
                {
                    break;
                }

                place -= strides[axes[d]] * index[d];
                index[d] = 0;
            }
        }

        return order;
    }

    /// <summary>The squares of a weight's elements. Codes count as what they stand for; per-channel scales make rows comparable.</summary>
    public static float[] SquaresOf(Value value)
    {
        TensorData content = value.Constant!;
        float[] squares = content.ToFloats();
        QuantizationParameters? codes = content.Type.IsFloat() ? null : value.Quantization;
        int axis = codes?.Axis ?? 0;
        long inner = codes is null ? 1 : content.Shape.Dimensions[(axis + 1)..].ToArray().Aggregate(1L, (n, d) => n * d);
        for (int i = 0; i < squares.Length; i++)
        {
            float v = squares[i];
            if (codes is not null)
            {
                v *= codes.Scales[codes.Scales.Length == 1 ? 0 : (int)(i / inner % codes.Scales.Length)];
            }

            squares[i] = v * v;
        }

        return squares;
    }
}
