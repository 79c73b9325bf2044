namespace Pare.Passes.Conversion;

/// <summary>What <see cref="KerasToTensorFlow"/> converts.</summary>
public sealed record KerasToTensorFlowOptions
{
    /// <summary>Values of the model to be fed; null for the graph's inputs. Inner values may be named: what lies before them is cut off.</summary>
    public IReadOnlyList<Value>? Inputs { get; init; }

    /// <summary>Values of the model to be computed; null for the graph's outputs. Only what they need is converted.</summary>
    public IReadOnlyList<Value>? Outputs { get; init; }

    /// <summary>Shapes of inputs where they are known better than the model says, by value; empty by default.</summary>
    public IReadOnlyDictionary<Value, SymbolicShape> InputShapes { get; init; } = new Dictionary<Value, SymbolicShape>();
}
