namespace Pare.Passes.Optimize;

/// <summary>What can be told of a TensorFlow value's rank and last extent without knowing the inputs' shapes. Remembers what it found: make one for each run of a pass. Not thread-safe.</summary>
internal sealed class ShapeFacts(Vocabulary vocabulary)
{
    private readonly Dictionary<Value, (int? Rank, long? Last)> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Rank and last extent, null where unknown.</summary>
    public (int? Rank, long? Last) Of(Value? value, int depth = 0)
    {
        if (value is null || depth > 256)
        {
            return (null, null);
        }

        if (!_known.TryGetValue(value, out (int? Rank, long? Last) facts))
        {
            // Stands for "unknown" while its own inputs are looked at: loops end here.
            _known[value] = (null, null);
            _known[value] = facts = Find(value, depth + 1);
        }

        return facts;
    }

    private (int? Rank, long? Last) Find(Value value, int depth)
    {
        if (value.Shape is { } shape)
        {
            return (shape.Rank, shape.Rank == 0 ? null : shape[-1].Value);
        }

        if (value.Producer is not { } n || value.OutputIndex != 0)
        {
            return (null, null);
        }

        OperatorTraits traits = vocabulary.TraitsOf(n);
        bool lastIsChannels = traits.ChannelAxis?.Invoke(n) is null or -1;
        switch (traits.Kind)
        {
            case OperatorKind.Linear:
                return LinearOperator.Read(vocabulary, n) is { } linear ? (linear.Rank, lastIsChannels ? linear.Channels : null) : n.Operator == "MatMul" ? (2, null) : (null, null);
            case OperatorKind.BiasAdd or OperatorKind.Activation or OperatorKind.Identity or OperatorKind.BatchNormalization:
                return Of(n.InputOrDefault(0), depth);
            case OperatorKind.Pool or OperatorKind.Resize:
                return Of(n.InputOrDefault(0), depth) is var pooled && lastIsChannels ? pooled : (pooled.Rank, null);
            case OperatorKind.Normalization when n.Operator is "Softmax" or "LogSoftmax" or "LRN":
                return Of(n.InputOrDefault(0), depth);
            case OperatorKind.Elementwise when n.Inputs.Count == 1:
                return Of(n.Inputs[0], depth);
            case OperatorKind.Elementwise when n.Inputs.Count == 2:
                return Joined(Of(n.Inputs[0], depth), Of(n.Inputs[1], depth));
        }

        return n.Operator switch
        {
            "Reshape" when Integers(n, 1) is { } target => (target.Length, target.Length > 0 && target[^1] >= 0 ? target[^1] : null),
            "Squeeze" when Of(n.Inputs[0], depth) is { Rank: { } rank } x && n.Attributes.GetIntegers("squeeze_dims") is { Length: > 0 } dims =>
                (rank - dims.Length, dims.Contains(rank - 1) || dims.Contains(-1) ? null : x.Last),
            "Mean" or "Max" or "Sum" or "Min" when Of(n.Inputs[0], depth) is { Rank: { } rank } x && Integers(n, 1) is { } axes =>
                (n.Attributes.GetBoolean("keep_dims") ? rank : rank - axes.Length, axes.Contains(rank - 1) || axes.Contains(-1) ? null : x.Last),
            "Pad" or "MirrorPad" when Of(n.Inputs[0], depth) is { Rank: not null } x && Integers(n, 1) is { Length: >= 2 } pads => (x.Rank, pads[^1] == 0 && pads[^2] == 0 ? x.Last : null),
            "Transpose" when Integers(n, 1) is { Length: > 0 } perm => (perm.Length, perm[^1] == perm.Length - 1 ? Of(n.Inputs[0], depth).Last : null),
            "ConcatV2" when n.Inputs.Count > 1 && Integers(n, n.Inputs.Count - 1) is [var axis] && Of(n.Inputs[0], depth).Rank is { } rank =>
                (rank, axis == -1 || axis == rank - 1 ? Sum(n, depth) : Of(n.Inputs[0], depth).Last),
            _ => (null, null),
        };
    }

    /// <summary>The integers of a constant input; null where it is not constant, not of integers, or long.</summary>
    public static long[]? Integers(Node n, int input) => n.InputOrDefault(input)?.Constant is { Count: <= 64 } c && c.Type.IsInteger() ? c.ToInt64s() : null;

    private static (int? Rank, long? Last) Joined((int? Rank, long? Last) a, (int? Rank, long? Last) b)
    {
        if (a.Rank is not { } ra || b.Rank is not { } rb)
        {
            return (null, null);
        }

        long? last = ra == 0 ? b.Last : rb == 0 ? a.Last : a.Last == b.Last ? a.Last : a.Last == 1 ? b.Last : b.Last == 1 ? a.Last : a.Last > 1 ? a.Last : b.Last > 1 ? b.Last : null;
        return (Math.Max(ra, rb), last);
    }

    private long? Sum(Node concat, int depth)
    {
        long? sum = 0;
        foreach (Value? v in concat.Inputs.Take(concat.Inputs.Count - 1))
        {
            sum += Of(v, depth).Last;
        }

        return sum;
    }
}
