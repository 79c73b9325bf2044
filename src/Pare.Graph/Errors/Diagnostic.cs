namespace Pare;

/// <summary>A tolerated defect or a remark a user should see. Nothing is swallowed: what is not an error becomes one of these.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What was found and what was done about it.</param>
/// <param name="Where">The place (node, byte offset, file), where known.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, string Message, string? Where = null);
