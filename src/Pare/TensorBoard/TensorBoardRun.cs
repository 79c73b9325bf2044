namespace Pare.Workflows;

/// <summary>One run of a TensorBoard folder.</summary>
/// <param name="Model">The model's path.</param>
/// <param name="Run">The run's name, a folder.</param>
/// <param name="File">The event file.</param>
/// <param name="Nodes">Nodes of the graph.</param>
public sealed record TensorBoardRun(string Model, string Run, string File, int Nodes);
