namespace Pare.Passes.Conversion;

/// <summary>
/// What stands for an ONNX value in a TFLite graph: a value whose axes may lie in another order. Convolutions give [N, H, W, C] where ONNX means [N, C, H, W]; what follows them works on that
/// order as long as it can, so that transposes appear only where the order matters.
/// </summary>
/// <param name="Value">The TFLite value.</param>
/// <param name="Order">Axis i of the ONNX value is axis <c>Order[i]</c> of <paramref name="Value"/>; null where they are the same.</param>
internal readonly record struct LaidValue(Value Value, int[]? Order = null)
{
    /// <summary>The value's shape as ONNX means it, as far as known.</summary>
    public SymbolicShape? Shape
    {
        get
        {
            SymbolicShape? s = Value.Shape;
            return s is null || Order is null ? s : OnnxInference.Shape(Order.Select(i => s[i]));
        }
    }

    /// <summary>The position of an axis of the ONNX value (negative counts from the end) in <see cref="Value"/>.</summary>
    public int AxisOf(long axis)
    {
        int rank = Order?.Length ?? Value.Shape?.Rank ?? throw new LoweringException($"the rank of '{Value.Name}' is not known; give the inputs' shapes");
        int at = (int)(axis < 0 ? axis + rank : axis);
        return at < 0 || at >= rank ? throw new LoweringException($"axis {axis} lies outside a tensor of {rank} axes") : Order is null ? at : Order[at];
    }
}
