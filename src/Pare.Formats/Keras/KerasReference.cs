namespace Pare.Formats.Keras;

/// <summary>A tensor as configurations name it.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Call">Which of the layer's calls.</param>
/// <param name="Tensor">Which of the call's outputs.</param>
internal readonly record struct KerasReference(string Layer, int Call, int Tensor);
