namespace Pare.Passes.Conversion;

/// <summary>h' = act(x·W + b + h·U).</summary>
internal sealed class KerasSimpleCell(LayerContext context) : KerasRecurrentCell(context, 1)
{
    public override int States => 1;

    public override Value[] Step(Value x, Value?[] states) => [Act(states[0] is { } h ? B.Add(x, B.MatMul(h, B.Constant(Recurrent, "recurrent_kernel"))) : x)];
}
