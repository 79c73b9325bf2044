namespace Pare;

/// <summary>One run of one operator, as the runtime noted it.</summary>
/// <param name="Run">Which run of the session it belongs to, from 0.</param>
/// <param name="Node">The node's name in the graph that was run, which the runtime may have rewritten; never empty.</param>
/// <param name="Operator">The operator that was run, such as <c>Conv</c> or a fused one.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="OutputBytes">Bytes of its outputs; 0 where unknown.</param>
public readonly record struct OperatorRun(int Run, string Node, string Operator, double Microseconds, long OutputBytes);
