using System.Security.Cryptography;

namespace Pare.Passes.Optimize.Onnx;

/// <summary>What the rules of one run share: the model, what is known of its values, free names, and edits that keep the names of outputs. Not thread-safe.</summary>
internal sealed class OnnxRewriter
{
    private readonly ChangeLog _log;
    private readonly Dictionary<TensorData, string> _digests = new(ReferenceEqualityComparer.Instance);

    public OnnxRewriter(Model model, PassContext context, ChangeLog log)
    {
        Model = model;
        Context = context;
        _log = log;
        Names = new UniqueNames(model.Graph);
        Facts = new OnnxFacts(model, context.Diagnostics);
        OriginalSize = OnnxSize.Estimate(model);
    }

    public Model Model { get; }

    public PassContext Context { get; }

    public UniqueNames Names { get; }

    public OnnxFacts Facts { get; }

    /// <summary>Bytes the model took before, as estimated.</summary>
    public long OriginalSize { get; }

    /// <summary>Bytes the model may still grow by.</summary>
    public long Slack() => OriginalSize - OnnxSize.Estimate(Model) - 512;

    /// <summary>How often rules applied so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Version of the standard operator set.</summary>
    public long OperatorSet => Model.OperatorSets.TryGetValue("", out long v) ? v : 0;

    public IEnumerable<Graph> Graphs => Model.Graph.SelfAndSubgraphs();

    public void Changed(string rule, int count = 1)
    {
        Changes += count;
        _log.Add(rule, count);
    }

    /// <summary>A node of the standard set.</summary>
    public static bool Is(Node? node, string @operator) => node is { IsRemoved: false } && node.Operator == @operator && node.Domain is "" or "ai.onnx";

    /// <summary>Whether a value is consumed once and is no output of a graph, so that its only consumer may swallow it.</summary>
    public static bool IsPrivate(Value value) => value.Uses.Count == 1 && !IsGraphOutput(value);

    public static bool IsGraphOutput(Value value) => value.Producer is { } p && p.Graph.IsOutput(value);

    /// <summary>A digest of a tensor's dense form; equal ones mean equal contents.</summary>
    public string Digest(TensorData tensor)
    {
        if (!_digests.TryGetValue(tensor, out string? digest))
        {
            ReadOnlySpan<byte> bytes = tensor.GetBytes();
            _digests[tensor] = digest = Convert.ToHexString(bytes.Length <= 32 ? bytes : SHA256.HashData(bytes));
        }

        return digest;
    }

    /// <summary>A new constant. All constants stand in the main graph, where equal ones can be one.</summary>
    public Value Constant(string name, TensorData content) => Model.Graph.AddInitializer(Names.Make(name), content);

    public Value Constant(string name, params ReadOnlySpan<long> values) => Constant(name, DenseTensorData.Create(values, new TensorShape(values.Length)));

    /// <summary>Lets <paramref name="replacement"/> stand for the only used output of a node, which goes.</summary>
    /// <returns>False when the output is the graph's and cannot change hands.</returns>
    public bool Replace(Value old, Value replacement)
    {
        Node gone = old.Producer!;
        if (ReferenceEquals(old, replacement) || gone.Outputs.Any(o => !ReferenceEquals(o, old) && (o.Uses.Count > 0 || IsGraphOutput(o))) || !GraphEditing.CanTakePlace(Model, old, replacement))
        {
            return false;
        }

        if (IsGraphOutput(old))
        {
            Facts.Declare(replacement, old);
        }

        GraphEditing.TakePlace(Model, old, replacement);
        return true;
    }

    /// <summary>Floats of a constant, or null.</summary>
    public static float[]? Floats(Value? value) => value?.Constant is { Type: DataType.Float32, Count: <= 1 << 26 } c and not SparseTensorData ? c.ToFloats() : null;

    /// <summary>The float of a constant with one element, or null.</summary>
    public static float? Scalar(Value? value) => value?.Constant is { Type: DataType.Float32, Count: 1 } c ? c.ToFloats()[0] : null;

    /// <summary>Whether every element of a constant is this number.</summary>
    public static bool IsAll(Value? value, double number) => value?.Constant is { Count: > 0 and <= 65536 } c && c is not SparseTensorData
        && (c.Type is DataType.Float32 or DataType.Float16 or DataType.BFloat16 or DataType.Float64 || (c.Type.IsInteger() && c.Type != DataType.UInt64)) && Array.TrueForAll(c.ToFloats(), e => e == number);

    /// <summary>Whether combining a constant elementwise with a value of this shape leaves the shape as it is.</summary>
    public static bool KeepsShape(SymbolicShape? shape, TensorData constant)
    {
        if (constant.Shape.Rank == 0)
        {
            return true;
        }

        if (shape is null || constant.Shape.Rank > shape.Rank)
        {
            return false;
        }

        for (int i = 1; i <= constant.Shape.Rank; i++)
        {
            if (constant.Shape[-i] != 1 && constant.Shape[-i] != shape[-i].Value)
            {
                return false;
            }
        }

        return true;
    }
}
