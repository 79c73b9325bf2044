namespace Pare;

/// <summary>Operators that run further subgraphs.</summary>
internal static class TFLiteControlFlow
{
    public static IEnumerable<OperatorTraits> Operators { get; } = [.. TFLiteTraits.Of(OperatorKind.ControlFlow, ["IF", "WHILE", "CALL", "CALL_ONCE", "STABLEHLO_WHILE", "STABLEHLO_CASE", "STABLEHLO_COMPOSITE"])];
}
