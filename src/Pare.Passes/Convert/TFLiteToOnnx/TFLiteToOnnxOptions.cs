namespace Pare.Passes.Conversion;

/// <summary>What <see cref="TFLiteToOnnx"/> converts.</summary>
public sealed record TFLiteToOnnxOptions
{
    /// <summary>Values of the main graph to be fed; null for the graph's inputs. Inner values may be named: what lies before them is cut off.</summary>
    public IReadOnlyList<Value>? Inputs { get; init; }

    /// <summary>Values of the main graph to be computed; null for the graph's outputs. Only what they and the states need is converted.</summary>
    public IReadOnlyList<Value>? Outputs { get; init; }

    /// <summary>Shapes of inputs where they are known better than the model says, by value; empty by default.</summary>
    public IReadOnlyDictionary<Value, SymbolicShape> InputShapes { get; init; } = new Dictionary<Value, SymbolicShape>();

    /// <summary>Whether transposes around layout-bound operators are moved and cancelled afterwards; true by default.</summary>
    public bool CancelTransposes { get; init; } = true;
}
