namespace Pare;

/// <summary>What one rule of a pass did.</summary>
/// <param name="Pass">Name of the pass.</param>
/// <param name="Rule">Name of the rule within the pass.</param>
/// <param name="Count">How often it applied.</param>
public sealed record Change(string Pass, string Rule, int Count);
