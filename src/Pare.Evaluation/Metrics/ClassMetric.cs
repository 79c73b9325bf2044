namespace Pare.Evaluation;

/// <summary>How a model does on one class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Index">Its index.</param>
/// <param name="Samples">Samples of this class.</param>
/// <param name="Predicted">Samples that the model gave this class.</param>
/// <param name="Correct">Samples of this class that the model gave it.</param>
/// <param name="Precision"><c>correct / predicted</c>; NaN where nothing was predicted.</param>
/// <param name="Recall"><c>correct / samples</c>; NaN where there are no samples.</param>
public sealed record ClassMetric(string Label, int Index, int Samples, int Predicted, int Correct, double Precision, double Recall);
