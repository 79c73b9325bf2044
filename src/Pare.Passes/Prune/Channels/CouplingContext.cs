namespace Pare.Passes.Prune;

/// <summary>What the rules of operators write to: which indices stand or fall together, which weights make channels and which take them, what tells extents.</summary>
internal sealed class CouplingContext
{
    private readonly AxisSpace? _axes;
    private readonly bool _strict;

    /// <summary>Begins with every value known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="seen">Extents seen in a run.</param>
    /// <param name="axes">Which axes must stay as a whole, found before; null to find that.</param>
    /// <param name="strict">Whether channels behind shapes that are computed must stay.</param>
    public CouplingContext(Model model, ObservedShapes seen, AxisSpace? axes, bool strict)
    {
        Model = model;
        Seen = seen;
        _axes = axes;
        _strict = strict;
        Space = new AxisSpace(collapsed: axes is null);
        foreach (Value v in model.Graph.Inputs.Concat(model.Graph.Constants).Concat(model.Graph.Nodes.SelectMany(n => n.Outputs)).Distinct())
        {
            if (seen.ShapeOf(v) is { } shape)
            {
                Space.Add(v, shape);
            }
        }
    }

    public Model Model { get; }

    public ObservedShapes Seen { get; }

    public AxisSpace Space { get; }

    /// <summary>Whether channels that shape computations look at must stay.</summary>
    public bool IsStrict => _strict;

    /// <summary>Weights with the axis along which they make channels.</summary>
    public List<(AxisTensor Weight, int Axis)> Producers { get; } = [];

    /// <summary>Weights with the axis along which they sum channels up.</summary>
    public List<(AxisTensor Weight, int Axis)> Consumers { get; } = [];

    /// <summary>Inputs of operators (or attributes, by name) that spell out the extents of a tensor.</summary>
    public List<(Node Node, int Input, string? Attribute, AxisTensor Described)> Spelled { get; } = [];

    /// <summary>Convolutions whose number of groups is the number of their input channels.</summary>
    public List<(Node Node, AxisTensor Data, int Axis)> Depthwise { get; } = [];

    public AxisTensor? Of(Node node, int? input) => input is { } i ? Space.Find(node.InputOrDefault(i)) : null;

    public AxisTensor? Result(Node node, int output = 0) => output < node.Outputs.Count ? Space.Find(node.Outputs[output]) : null;

    /// <summary>Everything that touches a node must stay.</summary>
    public void FreezeNode(Node node, string? why = null)
    {
        why ??= $"{node.Operator} '{node.Name}' mixes channels, or how it treats them is not known";
        foreach (Value v in node.Inputs.Concat(node.Outputs).OfType<Value>())
        {
            Space.FreezeAll(Space.Find(v), why);
        }
    }

    /// <summary>
    /// Which of several axes loses indices where a reshape makes one of them: of those that may, the one that most others go with (whole heads of an attention rather than parts of each), then the
    /// longest, then the first. Every reshape along the way decides alike. -1 where all must stay.
    /// </summary>
    public int ChooseOf(AxisTensor tensor, int[] axes)
    {
        if (tensor.Value is not { } v || _axes?.Find(v) is not { } whole)
        {
            return -1;
        }

        int[] free = [.. Enumerable.Range(0, axes.Length).Where(k => !_axes.IsFrozen(whole, axes[k]))];
        return free.Length == 0 ? -1 : free.OrderByDescending(k => _axes.CountWith(whole, axes[k])).ThenByDescending(k => tensor.Shape[axes[k]]).ThenBy(k => k).First();
    }

    /// <summary>Notes that an input spells out the extents of a tensor. Where it is computed, a run tells whether what computes it follows.</summary>
    public void Spell(Node node, int input, AxisTensor described)
    {
        if (node.InputOrDefault(input) is not { } operand)
        {
            return;
        }

        if (operand.IsConstant)
        {
            Spelled.Add((node, input, null, described));
        }
        else if (_strict)
        {
            Space.FreezeAll(described, $"the shape that '{node.Name}' takes is computed");
        }
    }

    /// <summary>Notes that an attribute spells out the extents of a tensor.</summary>
    public void Spell(Node node, string attribute, AxisTensor described)
    {
        if (node.Attributes.GetIntegers(attribute) is { Length: > 0 })
        {
            Spelled.Add((node, -1, attribute, described));
        }
    }

    /// <summary>Notes a weight that makes channels along one axis and sums them up along another; false where it is no constant of the operand's own shape.</summary>
    public bool AddWeight(Node node, AxisTensor operand, int producing, int consuming)
    {
        Value? v = operand.Value;
        for (int depth = 0; depth < 8 && v is { IsConstant: false, Producer: { } p } && p.Inputs.Count > 0
            && (Model.Vocabulary.TraitsOf(p).Kind == OperatorKind.Identity || p.Operator is "DEQUANTIZE" or "DequantizeLinear" or "Cast"); depth++)
        {
            v = p.InputOrDefault(0);
        }

        if (v is not { IsConstant: true } || Space.Find(v) is not { } weight || !weight.Shape.AsSpan().SequenceEqual(operand.Shape))
        {
            return false;
        }

        Producers.Add((weight, producing));
        Consumers.Add((weight, consuming));
        return true;
    }
}
