namespace Pare.Passes.Conversion;

/// <summary>Which keys a query sees: the conjunction of what several masks say, as Keras applies it: what is not seen gets a score 1e9 lower. Not thread-safe.</summary>
internal sealed class AttentionMask(TensorFlowBuilder builder)
{
    private const double Excluded = -1e9;
    private const long MostPlaces = 1 << 24;
    private Value? _mask;

    /// <summary>Keeps what a mask, which broadcasts to the scores, shows too.</summary>
    public void And(Value mask) => _mask = _mask is null ? mask : builder.Emit("LogicalAnd", [_mask, mask], DataType.Boolean, Shapes.Broadcast(_mask.Shape, mask.Shape));

    /// <summary>Keeps keys no later than the query.</summary>
    /// <exception cref="LoweringException">The number of steps is not known.</exception>
    public void AndCausal(Value scores)
    {
        if (Shapes.Extent(scores.Shape, -2) is not { } rows || Shapes.Extent(scores.Shape, -1) is not { } columns || rows * columns > MostPlaces)
        {
            throw new LoweringException("causal attention needs a known number of steps");
        }

        byte[] mask = new byte[rows * columns];
        for (long i = 0; i < mask.Length; i++)
        {
            mask[i] = i % columns <= i / columns ? (byte)1 : (byte)0;
        }

        And(builder.Constant(new DenseTensorData(DataType.Boolean, new TensorShape(rows, columns), mask), "causal_mask"));
    }

    /// <summary>The scores with what is not seen lowered.</summary>
    public Value Apply(Value scores) => _mask is null ? scores
        : builder.Add(scores, builder.Mul(builder.Sub(builder.Float(1), builder.Cast(_mask, DataType.Float32)), builder.Float(Excluded)));
}
