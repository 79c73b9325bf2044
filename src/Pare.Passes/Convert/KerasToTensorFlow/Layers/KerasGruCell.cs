namespace Pare.Passes.Conversion;

/// <summary>
/// Gates in the order z, r, h: h' = z·h + (1 - z)·act(h̃), where the reset gate acts on the state before its product (one bias [3u]) or after (two biases [2, 3u]).
/// </summary>
internal sealed class KerasGruCell : KerasRecurrentCell
{
    private readonly bool _resetAfter;
    private readonly Value? _recurrentBias;
    private readonly Value? _inputBias;
    private readonly Value _all;
    private readonly Value? _gates;
    private readonly Value? _candidate;

    public KerasGruCell(LayerContext context)
        : base(context, 3)
    {
        int width = (int)(3 * Units);
        _resetAfter = Bias is null ? context.Flag("reset_after", context.ClassName == "CuDNNGRU") : Bias.Count == 2 * width;
        _all = B.Constant(Recurrent, "recurrent_kernel");
        if (Bias is not null)
        {
            float[] values = Bias.ToFloats();
            if (values.Length != (_resetAfter ? 2 * width : width))
            {
                throw new LoweringException($"the bias has {values.Length} values; {width} or {2 * width} were expected");
            }

            _inputBias = B.Floats(values.AsSpan(0, width), width);
            _recurrentBias = _resetAfter ? B.Floats(values.AsSpan(width, width), width) : null;
        }

        if (!_resetAfter)
        {
            float[] kernel = Recurrent.ToFloats();
            _gates = Columns(kernel, width, 0, (int)(2 * Units), "recurrent_kernel_gates");
            _candidate = Columns(kernel, width, (int)(2 * Units), (int)Units, "recurrent_kernel_candidate");
        }
    }

    public override int States => 1;

    public override Value[] Step(Value x, Value?[] states)
    {
        IReadOnlyList<Value> own = B.Split(x, 1, 3);
        Value? h = states[0];
        Value z;
        Value candidate;
        if (_resetAfter)
        {
            // Without a state the product is zero, its bias is not.
            Value? product = h is null ? _recurrentBias is null ? null : B.Mul(B.Unary("OnesLike", x), _recurrentBias) : B.MatMul(h, _all);
            product = h is not null && _recurrentBias is not null ? B.BiasAdd(product!, _recurrentBias) : product;
            IReadOnlyList<Value>? recurrent = product is null ? null : B.Split(product, 1, 3);
            z = Gate(recurrent is null ? own[0] : B.Add(own[0], recurrent[0]));
            Value r = Gate(recurrent is null ? own[1] : B.Add(own[1], recurrent[1]));
            candidate = Act(recurrent is null ? own[2] : B.Add(own[2], B.Mul(r, recurrent[2])));
        }
        else if (h is null)
        {
            z = Gate(own[0]);
            candidate = Act(own[2]);
        }
        else
        {
            IReadOnlyList<Value> gates = B.Split(B.MatMul(h, _gates!), 1, 2);
            z = Gate(B.Add(own[0], gates[0]));
            Value r = Gate(B.Add(own[1], gates[1]));
            candidate = Act(B.Add(own[2], B.MatMul(B.Mul(r, h), _candidate!)));
        }

        Value fresh = B.Mul(B.Sub(B.Float(1), z), candidate);
        return [h is null ? fresh : B.Add(B.Mul(z, h), fresh)];
    }

    protected override Value? InputBias() => _inputBias;

    private Value Columns(float[] kernel, int width, int first, int count, string name)
    {
        float[] part = new float[Units * count];
        for (int row = 0; row < Units; row++)
        {
            kernel.AsSpan((row * width) + first, count).CopyTo(part.AsSpan(row * count));
        }

        return B.Constant(DenseTensorData.Create(part, new TensorShape(Units, count)), name);
    }
}
