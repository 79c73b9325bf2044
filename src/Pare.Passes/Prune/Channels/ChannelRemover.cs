using System.Collections.Immutable;
using Pare.Passes.Optimize;

namespace Pare.Passes.Prune;

/// <summary>Takes channels out of a graph: slices the constants, and mends what spells out extents.</summary>
internal static class ChannelRemover
{
    /// <summary>Takes sets of indices out of a model.</summary>
    /// <param name="model">The model that the couplings were found in.</param>
    /// <param name="c">The couplings.</param>
    /// <param name="gone">The sets that go.</param>
    public static void Remove(Model model, CouplingContext c, IReadOnlySet<int> gone)
    {
        Dictionary<AxisTensor, long[]?[]> kept = new(ReferenceEqualityComparer.Instance);
        foreach (AxisTensor tensor in c.Space.Tensors)
        {
            if (Kept(c.Space, tensor, gone) is { } axes)
            {
                kept[tensor] = axes;
            }
        }

        UniqueNames? names = null;
        foreach ((Node node, int input, string? attribute, AxisTensor described) in c.Spelled)
        {
            if (kept.TryGetValue(described, out long[]?[]? axes))
            {
                names ??= new UniqueNames(model.Graph);
                Respell(model, node, input, attribute, described, axes, names);
            }
        }

        foreach ((Node node, AxisTensor data, int axis) in c.Depthwise)
        {
            if (kept.TryGetValue(data, out long[]?[]? axes) && axes[axis] is { } left)
            {
                node.Attributes["group"] = AttributeValue.Of((long)left.Length);
            }
        }

        foreach ((AxisTensor tensor, long[]?[] axes) in kept)
        {
            Shrink(tensor, axes);
        }

        foreach (Node n in model.Graph.Nodes)
        {
            // What the exporter saw of the outputs is no longer so.
            n.Attributes.Remove("_output_shapes");
        }
    }

    private static long[]?[]? Kept(AxisSpace space, AxisTensor tensor, IReadOnlySet<int> gone)
    {
        long[]?[]? axes = null;
        for (int a = 0; a < tensor.Rank; a++)
        {
            List<long> left = [];
            for (long i = 0; i < tensor.Shape[a]; i++)
            {
                if (!gone.Contains(space.SetOf(tensor, a, i)))
                {
                    left.Add(i);
                }
            }

            if (left.Count < tensor.Shape[a])
            {
                axes ??= new long[]?[tensor.Rank];
                axes[a] = [.. left];
            }
        }

        return axes;
    }

    private static void Respell(Model model, Node node, int input, string? attribute, AxisTensor described, long[]?[] axes, UniqueNames names)
    {
        long[]? old = attribute is not null ? node.Attributes.GetIntegers(attribute) : node.Inputs[input]?.Constant?.ToInt64s();
        if (old is null || old.Length != described.Rank)
        {
            return;
        }

        long[] now = [.. old.Select((e, a) => axes[a] is { } left && e == described.Shape[a] ? left.Length : e)];
        if (attribute is not null)
        {
            node.Attributes[attribute] = AttributeValue.Of(ImmutableArray.Create(now));
            return;
        }

        Value operand = node.Inputs[input]!;
        TensorData content = operand.Constant!.Type == DataType.Int32 ? DenseTensorData.Create([.. now.Select(v => (int)v)], operand.Constant.Shape) : DenseTensorData.Create(now, operand.Constant.Shape);
        if (operand.Uses.Count == 1)
        {
            operand.Constant = content;
            return;
        }

        // Others read the same constant.
        node.SetInput(input, GraphEditing.CreateConstant(model, node, names.Make($"{(operand.HasOwnName ? operand.Name : operand.Producer!.Name)}_pruned"), content));
    }

    private static void Shrink(AxisTensor tensor, long[]?[] axes)
    {
        Value value = tensor.Value!;
        if (value.Constant is { } content)
        {
            for (int a = 0; a < axes.Length; a++)
            {
                if (axes[a] is { } left)
                {
                    content = Take(content, a, left);
                }
            }

            value.Constant = content;
            value.Shape = new SymbolicShape(content.Shape);
            if (value.Quantization is { Axis: { } axis } q && axes[axis] is { } channels)
            {
                value.Quantization = q with { Scales = Part(q.Scales, channels, tensor.Shape[axis]), ZeroPoints = Part(q.ZeroPoints, channels, tensor.Shape[axis]), Minima = Part(q.Minima, channels, tensor.Shape[axis]), Maxima = Part(q.Maxima, channels, tensor.Shape[axis]) };
            }
        }
        else if (value.Shape is { } shape && shape.Rank == axes.Length)
        {
            value.Shape = new SymbolicShape([.. shape.Dimensions.Select((d, a) => axes[a] is { } left && d.Value is not null ? new Dimension(left.Length) : d)]);
        }
    }

    private static ImmutableArray<T> Part<T>(ImmutableArray<T> all, long[] kept, long extent) => all.Length == extent ? [.. kept.Select(i => all[(int)i])] : all;

    private static DenseTensorData Take(TensorData content, int axis, long[] kept)
    {
        long[] shape = content.Shape.ToArray();
        int width = content.Type.BitWidth() / 8;
        int inner = (int)shape[(axis + 1)..].Aggregate(1L, (n, e) => n * e) * width;
        int outer = (int)shape[..axis].Aggregate(1L, (n, e) => n * e);
        ReadOnlySpan<byte> bytes = content.GetBytes();
        byte[] result = new byte[outer * kept.Length * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < kept.Length; k++)
            {
                bytes.Slice((int)(((o * shape[axis]) + kept[k]) * inner), inner).CopyTo(result.AsSpan(((o * kept.Length) + k) * inner));
            }
        }

        shape[axis] = kept.Length;
        return new DenseTensorData(content.Type, new TensorShape(shape), result);
    }
}
