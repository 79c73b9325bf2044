namespace Pare;

/// <summary>Variables and tables that last from run to run.</summary>
internal static class TFLiteState
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TFLiteTraits.Of(
            OperatorKind.State,
            ["VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE"]),
    ];
}
