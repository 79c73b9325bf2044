namespace Pare.Workflows;

/// <summary>An input or output in a report.</summary>
/// <param name="Name">Name as the model calls it.</param>
/// <param name="Type">Element type, lower-case.</param>
/// <param name="Shape">Extents, with -1 for those not known; null for unknown rank.</param>
public sealed record ValueReport(string Name, string Type, IReadOnlyList<long>? Shape)
{
    /// <summary>Describes a value of a model.</summary>
    public static ValueReport Of(string name, DataType type, SymbolicShape? shape) =>
        new(name, TypeName(type), shape?.Dimensions.Select(d => d.Value ?? -1).ToArray());

    /// <summary>An element type as reports call it: lower-case, <c>bool</c> for truth values.</summary>
    public static string TypeName(DataType type) => type == DataType.Boolean ? "bool" : type.ToString().ToLowerInvariant();
}
