namespace Pare.Passes.Conversion;

/// <summary>One step of a recurrent layer. Weights: kernel [features, gates·units], recurrent kernel [units, gates·units], bias; other cells may have others.</summary>
internal abstract class KerasRecurrentCell
{
    protected KerasRecurrentCell(LayerContext context)
    {
        Context = context;
        Kernel = context.Weight(0);
        Recurrent = context.Weight(1);
        Bias = context.Flag("use_bias", true) ? context.Weight(2) : null;
    }

    protected KerasRecurrentCell(LayerContext context, int gates)
        : this(context)
    {
        if (Recurrent.Shape.Rank != 2 || Recurrent.Shape[1] != gates * Recurrent.Shape[0])
        {
            throw new LoweringException($"the recurrent kernel {Recurrent.Shape} is not [units, {gates} x units]");
        }
    }

    /// <summary>How many states a step hands on.</summary>
    public abstract int States { get; }

    protected LayerContext Context { get; }

    protected TensorFlowBuilder B => Context.TensorFlow;

    protected TensorData Kernel { get; }

    protected TensorData Recurrent { get; }

    protected TensorData? Bias { get; }

    protected long Units => Recurrent.Shape[0];

    /// <summary>The input's share of all steps at once.</summary>
    public virtual Value Project(Value x)
    {
        Value y = DenseLayers.Product(B, x, B.Constant(Kernel, "kernel"));
        return InputBias() is { } bias ? B.BiasAdd(y, bias) : y;
    }

    /// <summary>The states after a step, the output first. States before are null at the start, which means zeros.</summary>
    public abstract Value[] Step(Value x, Value?[] states);

    protected virtual Value? InputBias() => Bias is null ? null : B.Constant(Bias, "bias");

    protected Value Act(Value x) => Activations.Apply(Context, x, "activation", "tanh");

    protected virtual Value Gate(Value x) => Activations.Apply(Context, x, "recurrent_activation", "sigmoid");
}
