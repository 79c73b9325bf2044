namespace Pare.Passes.Conversion;

/// <summary>Gates in the order i, f, c, o: c' = f·c + i·act(c̃), h' = o·act(c').</summary>
internal sealed class KerasLstmCell(LayerContext context) : KerasRecurrentCell(context, 4)
{
    public override int States => 2;

    public override Value[] Step(Value x, Value?[] states)
    {
        Value z = states[0] is { } h ? B.Add(x, B.MatMul(h, B.Constant(Recurrent, "recurrent_kernel"))) : x;
        IReadOnlyList<Value> gates = B.Split(z, 1, 4);
        Value fresh = B.Mul(Gate(gates[0]), Act(gates[2]));
        Value c = states[1] is { } before ? B.Add(B.Mul(Gate(gates[1]), before), fresh) : fresh;
        return [B.Mul(Gate(gates[3]), Act(c)), c];
    }

    // The GPU's layer keeps a bias of the input and one of the state, which add up.
    protected override Value? InputBias()
    {
        if (Bias is null || Bias.Count == 4 * Units)
        {
            return base.InputBias();
        }

        float[] both = Bias.ToFloats();
        return both.Length == 8 * Units
            ? B.Floats([.. Enumerable.Range(0, both.Length / 2).Select(i => both[i] + both[i + (both.Length / 2)])], 4 * Units)
            : throw new LoweringException($"the bias has {both.Length} values; {4 * Units} were expected");
    }
}
