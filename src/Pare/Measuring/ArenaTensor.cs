namespace Pare.Workflows;

/// <summary>A tensor's place in an arena.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Bytes">How many bytes it takes.</param>
/// <param name="First">Index of the operator that makes it; 0 for inputs and state.</param>
/// <param name="Last">Index of the operator behind which its place is free.</param>
public sealed record ArenaTensor(string Name, long Offset, long Bytes, int First, int Last);
