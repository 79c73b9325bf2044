namespace Pare.Evaluation;

/// <summary>A sample ready to be put into a batch.</summary>
/// <param name="Picture">The preprocessed bytes of a picture, or null.</param>
/// <param name="Tensors">Tensors by name, or null.</param>
internal sealed record PreparedSample(byte[]? Picture, IReadOnlyList<KeyValuePair<string, TensorData>>? Tensors);
