namespace Pare.Passes.Conversion;

/// <summary>What <see cref="TensorFlowToOnnx"/> converts.</summary>
public sealed record TensorFlowToOnnxOptions
{
    /// <summary>Values of the model to be fed; null for the graph's inputs. Inner values may be named: what lies before them is cut off.</summary>
    public IReadOnlyList<Value>? Inputs { get; init; }

    /// <summary>Values of the model to be computed; null for the graph's outputs. Only what they need is converted.</summary>
    public IReadOnlyList<Value>? Outputs { get; init; }

    /// <summary>Shapes of inputs where they are known better than the model says, by value; empty by default.</summary>
    public IReadOnlyDictionary<Value, SymbolicShape> InputShapes { get; init; } = new Dictionary<Value, SymbolicShape>();

    /// <summary>Whether transposes around layout-bound operators are moved and cancelled afterwards; true by default.</summary>
    public bool CancelTransposes { get; init; } = true;

    /// <summary>Lowerings that go before the usual ones, by operator: where ONNX is a station on the way, operators that the target has itself pass through it whole. Null for none.</summary>
    internal IReadOnlyDictionary<string, Lowering>? Overrides { get; init; }
}
