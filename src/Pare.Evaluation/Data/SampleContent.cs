namespace Pare.Evaluation;

/// <summary>The content of a sample: a picture (<see cref="ImageContent"/>) or tensors (<see cref="TensorContent"/>).</summary>
public abstract class SampleContent;
