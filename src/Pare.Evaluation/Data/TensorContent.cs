namespace Pare.Evaluation;

/// <summary>A sample that is tensors by name, without a batch dimension.</summary>
/// <param name="tensors">Names, most often of model inputs, and contents.</param>
public sealed class TensorContent(IReadOnlyList<KeyValuePair<string, TensorData>> tensors) : SampleContent
{
    /// <summary>Names and contents, in the data's order.</summary>
    public IReadOnlyList<KeyValuePair<string, TensorData>> Tensors { get; } = tensors;
}
