namespace Pare.Passes.Conversion;

/// <summary>
/// An LSTM whose products are convolutions: the input's with the layer's strides, padding and dilation, the state's of stride 1 that keeps the extents. Gates in the
/// order i, f, c, o along the channels; kernels [extents…, channels, 4·filters].
/// </summary>
internal sealed class KerasConvLstmCell : KerasRecurrentCell
{
    private readonly int _spatial;
    private readonly Dictionary<TensorData, TensorData> _views = new(ReferenceEqualityComparer.Instance);

    public KerasConvLstmCell(LayerContext context, int spatial)
        : base(context)
    {
        _spatial = spatial;
        if (Kernel.Shape.Rank != spatial + 2 || Recurrent.Shape.Rank != spatial + 2 || Recurrent.Shape[-1] != 4 * Recurrent.Shape[-2])
        {
            throw new LoweringException($"the kernels {Kernel.Shape} and {Recurrent.Shape} are not [extents, channels, 4 x filters]");
        }
    }

    public override int States => 2;

    public override Value Project(Value x)
    {
        // Steps become samples for one convolution.
        Value flat = B.ReshapeTo(x, [(x.Shape![0].Value * x.Shape[1].Value, null, 0), .. Enumerable.Range(2, _spatial + 1).Select(i => (x.Shape[i].Value, (Value?)x, i))], openIsRest: true);
        string padding = Context.Text("padding", "valid").ToUpperInvariant();
        Value y = Convolve(flat, Kernel, Context.Integers("strides", _spatial), Context.Integers("dilation_rate", _spatial), padding == "SAME" ? "SAME" : "VALID", "kernel");
        y = Bias is null ? y : B.BiasAdd(y, B.Constant(Bias, "bias"));
        return B.ReshapeTo(y, [(x.Shape[0].Value, x, 0), (x.Shape[1].Value, x, 1), .. Enumerable.Range(1, _spatial + 1).Select(i => (y.Shape![i].Value, (Value?)y, i))]);
    }

    public override Value[] Step(Value x, Value?[] states)
    {
        long[] ones = [.. Enumerable.Repeat(1L, _spatial)];
        Value z = states[0] is { } h ? B.Add(x, Convolve(h, Recurrent, ones, ones, "SAME", "recurrent_kernel")) : x;
        IReadOnlyList<Value> gates = B.Split(z, _spatial + 1, 4);
        Value fresh = B.Mul(Gate(gates[0]), Act(gates[2]));
        Value c = states[1] is { } before ? B.Add(B.Mul(Gate(gates[1]), before), fresh) : fresh;
        return [B.Mul(Gate(gates[3]), Act(c)), c];
    }

    protected override Value Gate(Value x) => Activations.Apply(Context, x, "recurrent_activation", Context.IsKeras3 ? "sigmoid" : "hard_sigmoid");

    private Value Convolve(Value x, TensorData kernel, long[] strides, long[] dilations, string padding, string name)
    {
        Value filter = B.Constant(_spatial == 1 ? Flattened(kernel) : kernel, name);
        Value data = _spatial == 1 ? B.ExpandDims(x, 1) : x;
        Value y = ConvolutionLayers.Convolve(B, data, filter, _spatial == 1 ? [1, .. strides] : strides, _spatial == 1 ? [1, .. dilations] : dilations, padding);
        return _spatial == 1 ? B.Squeeze(y, 1) : y;
    }

    // One view for all steps, so that the kernel is written once.
    private TensorData Flattened(TensorData kernel)
    {
        if (!_views.TryGetValue(kernel, out TensorData? view))
        {
            view = _views[kernel] = ConvolutionLayers.ForKernel(kernel, 1);
        }

        return view;
    }
}
