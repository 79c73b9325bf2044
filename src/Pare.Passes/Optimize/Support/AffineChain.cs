namespace Pare.Passes.Optimize;

/// <summary>
/// The run of nodes behind a linear operator that, channel by channel, multiply and add constants: batch norms of every form, biases, scales. Together they are <c>y = scale·x + offset</c>,
/// worked out in binary64.
/// </summary>
internal sealed class AffineChain
{
    private readonly Vocabulary _vocabulary;
    private readonly ConstantMath _math;
    private readonly LinearOperator _linear;

    private AffineChain(Vocabulary vocabulary, ConstantMath math, LinearOperator linear)
    {
        _vocabulary = vocabulary;
        _math = math;
        _linear = linear;
        Scale = new double[linear.Channels];
        Array.Fill(Scale, 1);
        Offset = new double[linear.Channels];
    }

    /// <summary>Factor of each channel.</summary>
    public double[] Scale { get; }

    /// <summary>Summand of each channel.</summary>
    public double[] Offset { get; }

    /// <summary>The nodes, first to last; the last is no identity.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>How many of the nodes do something.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether any channel is scaled.</summary>
    public bool Scales => Scale.Any(s => s != 1);

    /// <summary>Whether anything is added.</summary>
    public bool Adds => Offset.Any(o => o != 0);

    /// <summary>What the steps are called when they are counted.</summary>
    public string Rule { get; private set; } = "";

    /// <summary>Walks on from a linear operator as far as everything has one consumer and constant operands.</summary>
    /// <param name="vocabulary">The operators' vocabulary.</param>
    /// <param name="math">Works out the operands.</param>
    /// <param name="linear">Where to begin.</param>
    public static AffineChain Follow(Vocabulary vocabulary, ConstantMath math, LinearOperator linear)
    {
        AffineChain chain = new(vocabulary, math, linear);
        Graph graph = linear.Node.Graph;
        Value at = linear.Node.Output;
        int identities = 0;
        while (at.Uses.Count == 1 && !graph.IsOutput(at))
        {
            Use use = at.Uses[0];
            if (use.Node.ControlInputs.Count > 0 || use.Node.ControlDependents.Count > 0 || !ReferenceEquals(use.Node.Graph, graph))
            {
                break;
            }

            if (vocabulary.TraitsOf(use.Node).Kind == OperatorKind.Identity && use.Node.Operator != "PlaceholderWithDefault")
            {
                identities++;
            }
            else if (chain.Absorb(use.Node, use.Index))
            {
                identities = 0;
                chain.Steps++;
            }
            else
            {
                break;
            }

            chain.Nodes.Add(use.Node);
            at = use.Node.Output;
        }

        chain.Nodes.RemoveRange(chain.Nodes.Count - identities, identities);
        return chain;
    }

    private bool Absorb(Node n, int index)
    {
        switch (n.Operator)
        {
            case "BiasAdd" or "BiasAddV1" when index == 0 && (_linear.Rank == 2 || _vocabulary.TraitsOf(n).ChannelAxis?.Invoke(n) == _linear.ChannelAxis):
                return _math.Evaluate(n.InputOrDefault(1)) is { Shape.Length: 1 } bias && bias.Values.Length == _linear.Channels && Apply("bias", null, bias.Values);
            case "Add" or "AddV2":
                return Operand(n, index) is { } sum && Apply("sum", null, sum);
            case "Sub":
                return Operand(n, index) is { } difference && (index == 0 ? Apply("sum", null, Array.ConvertAll(difference, v => -v)) : Apply("sum", Repeat(-1), difference));
            case "Mul":
                return Operand(n, index) is { } factor && Apply("product", factor, null);
            case "Div" or "RealDiv" when index == 0:
                return Operand(n, index) is { } divisor && Apply("product", Array.ConvertAll(divisor, v => 1 / v), null);
            case "FusedBatchNorm" or "FusedBatchNormV2" or "FusedBatchNormV3" or "BatchNormWithGlobalNormalization" when index == 0:
                return BatchNorm.Read(_vocabulary, _math, n) is { } norm && norm.Scale.Length == _linear.Channels && (_linear.Rank == 2 || norm.ChannelAxis == _linear.ChannelAxis)
                    && n.Outputs.Skip(1).All(o => o.Uses.Count == 0 && !n.Graph.IsOutput(o)) && Apply("batch norm", norm.Scale, norm.Offset);
            default:
                return false;
        }
    }

    private bool Apply(string rule, double[]? scale, double[]? offset)
    {
        if ((scale is not null && !Array.TrueForAll(scale, double.IsFinite)) || (offset is not null && !Array.TrueForAll(offset, double.IsFinite)))
        {
            return false;
        }

        for (int i = 0; i < Scale.Length; i++)
        {
            double s = scale?[i] ?? 1;
            Scale[i] *= s;
            Offset[i] = (Offset[i] * s) + (offset?[i] ?? 0);
        }

        Rule = Rule is "batch norm" || rule is "batch norm" || (Rule is "product" && rule is "sum") ? "batch norm" : rule;
        return true;
    }

    private double[] Repeat(double value)
    {
        double[] all = new double[_linear.Channels];
        Array.Fill(all, value);
        return all;
    }

    // The other operand as one number a channel, if it does not make the output larger.
    private double[]? Operand(Node n, int index) =>
        n.Inputs.Count == 2 && _math.Evaluate(n.Inputs[1 - index]) is { } c ? ChannelVector(c) : null;

    private double[]? ChannelVector(ConstantMath.Real c)
    {
        int maxRank = _linear.Rank ?? 1;
        if (c.Shape.Length > maxRank)
        {
            return null;
        }

        if (c.Values.Length == 1)
        {
            return Repeat(c.Values[0]);
        }

        int fromEnd = _linear.ChannelAxis < 0 ? -_linear.ChannelAxis : maxRank - _linear.ChannelAxis;
        int axis = c.Shape.Length - fromEnd;
        return axis >= 0 && c.Shape[axis] == _linear.Channels && c.Values.Length == _linear.Channels ? c.Values : null;
    }
}
