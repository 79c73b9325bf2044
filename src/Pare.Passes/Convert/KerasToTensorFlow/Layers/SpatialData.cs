using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Brings data of one to three spatial axes into the form TensorFlow's kernels take (channels last, two or three spatial axes) and back.</summary>
internal sealed class SpatialData
{
    private readonly LayerContext _context;
    private readonly bool _channelsLast;
    private readonly int _spatial;

    public SpatialData(LayerContext context, int spatial)
    {
        _context = context;
        _spatial = spatial;
        _channelsLast = context.ChannelsLast;
        if (context.Rank() != spatial + 2)
        {
            throw new LoweringException($"the input has {context.Rank()} axes; {spatial + 2} were expected");
        }

        TensorFlowBuilder b = context.TensorFlow;
        Value x = context.Input();
        if (!_channelsLast)
        {
            x = b.Transpose(x, [0, .. Enumerable.Range(2, spatial).Select(i => (long)i), 1]);
        }

        Plain = x;
    }

    /// <summary>The data with channels last.</summary>
    public Value Plain { get; private set; }

    /// <summary>Spatial axes of TensorFlow's kernel: 2 for one axis.</summary>
    public int KernelAxes => Math.Max(2, _spatial);

    /// <summary>The data as the kernel takes them: one axis gets a second of extent 1 in front.</summary>
    public Value ForKernel() => _spatial == 1 ? _context.TensorFlow.ExpandDims(Plain, 1) : Plain;

    /// <summary>Numbers an axis as the kernel takes them.</summary>
    public long[] Spread(long[] values, long filler = 1) => _spatial == 1 ? [filler, .. values] : values;

    /// <summary>The kernel's result as the layer's: the second axis and the layout taken back.</summary>
    public Value FromKernel(Value y) => _spatial == 1 ? _context.TensorFlow.Squeeze(y, 1) : y;

    /// <summary>Channels where the layer has them.</summary>
    public Value Restore(Value y) => _channelsLast ? y : _context.TensorFlow.Transpose(y, [0, _spatial + 1, .. Enumerable.Range(1, _spatial).Select(i => (long)i)]);

    /// <summary>Pads in front along the one spatial axis, so that an output sees nothing later than itself.</summary>
    public void PadCausally(long count) => Plain = _context.TensorFlow.Pad(Plain, [(0, 0), (count, 0), (0, 0)]);

    /// <summary>Attributes that kernels over windows share.</summary>
    public static (string Name, AttributeValue Value)[] Window(DataType type, string padding, long[] strides, long[]? dilations, bool three)
    {
        List<(string, AttributeValue)> attributes =
        [
            T("T", type), Ints("strides", [1, .. strides, 1]), ("padding", AttributeValue.Of(padding)), ("data_format", AttributeValue.Of(three ? "NDHWC" : "NHWC")),
        ];
        if (dilations is not null)
        {
            attributes.Add(Ints("dilations", [1, .. dilations, 1]));
        }

        return [.. attributes];
    }
}
