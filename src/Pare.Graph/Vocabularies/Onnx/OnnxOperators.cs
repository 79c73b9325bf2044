namespace Pare;

/// <summary>The families of ONNX operators. A new family is a new file and a line here.</summary>
internal static class OnnxOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } = [OnnxStructure.Operators];
}
