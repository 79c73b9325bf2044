using Pare.Passes.Conversion;
using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>Reshapes and transposes that undo each other, or that a constant weight can take over.</summary>
internal static class TFLiteMovementRules
{
    public static void Apply(TFLiteRewriter r)
    {
        Reshapes(r);
        Transposes(r);
        Flattened(r);
    }

    private static void Reshapes(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("RESHAPE"))
        {
            if (n.IsRemoved)
            {
                continue;
            }

            if (Made(n.Inputs[0], "RESHAPE") is { } before && n.Inputs[0]!.Quantization is null && Integers(n.InputOrDefault(1)) is { } target && !target.Contains(0))
            {
                n.SetInput(0, before.Inputs[0]);
                r.Changed("RESHAPE of RESHAPE joined");
            }

            // To the extents it has: nothing.
            if (n.Inputs[0]!.Shape is { } s && n.Output.Shape is { } t && s.Rank == t.Rank && s.Dimensions.Zip(t.Dimensions).All(p => p.First.Value == p.Second.Value) && s.Dimensions.Count(d => d.Value is null) <= 1
                && n.Inputs[0]!.Producer is not null && n.Output.Quantization is null && r.Replace(n, n.Inputs[0]!))
            {
                r.Changed("RESHAPE without effect removed");
            }
        }
    }

    private static void Transposes(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("TRANSPOSE"))
        {
            if (n.IsRemoved || Made(n.Inputs[0], "TRANSPOSE") is not { } before || Integers(n.Inputs[1]) is not { } second || Integers(before.Inputs[1]) is not { } first)
            {
                continue;
            }

            long[] joined = Array.ConvertAll(second, p => first[p]);
            if (joined.Select((p, i) => p == i).All(same => same))
            {
                if (before.Inputs[0]!.Producer is not null && r.Replace(n, before.Inputs[0]!))
                {
                    r.Changed("TRANSPOSE and its inverse removed");
                }

                continue;
            }

            n.SetInput(0, before.Inputs[0]);
            n.SetInput(1, r.Constant(n.Inputs[1]!.Name, DenseTensorData.Create(Array.ConvertAll(joined, p => (int)p).AsSpan(), new TensorShape(joined.Length))));
            r.Changed("TRANSPOSE of TRANSPOSE joined");
        }
    }

    // What is transposed, flattened and multiplied by a constant: the weight's columns are put into the other order instead.
    private static void Flattened(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("FULLY_CONNECTED"))
        {
            if (Made(n.Inputs[0], "RESHAPE") is not { } reshape || !r.IsPrivate(reshape.Output) || Made(reshape.Inputs[0], "TRANSPOSE") is not { } turn || !r.IsPrivate(turn.Output)
                || Integers(turn.Inputs[1]) is not { } order || order[0] != 0 || n.Inputs[1]!.Constant is not { Type: DataType.Float32 } weight || turn.Output.Shape is not { } shape
                || reshape.Output.Shape is not { Rank: 2 } || shape.Dimensions.Skip(1).Any(d => d.Value is null) || shape.Dimensions.Skip(1).Aggregate(1L, (p, d) => p * d.Value!.Value) != weight.Shape[1])
            {
                continue;
            }

            // Columns run over the transposed axes; the source's axis order[i] is the transposed axis i.
            TensorShape split = new([weight.Shape[0], .. shape.Dimensions.Skip(1).Select(d => d.Value!.Value)]);
            long[] back = new long[order.Length];
            for (int i = 0; i < order.Length; i++)
            {
                back[order[i]] = i;
            }

            TensorData turned = TransposedTensorData.Of(new TensorView(weight, weight.Type, split), back);
            reshape.SetInput(0, turn.Inputs[0]);
            n.SetInput(1, r.Constant(n.Inputs[1]!.Name, new TensorView(turned, weight.Type, weight.Shape)));
            r.Changed("TRANSPOSE moved into the weight of FULLY_CONNECTED");
        }
    }
}
