namespace Pare.Evaluation;

/// <summary>What a cross entropy was computed from.</summary>
public enum CrossEntropySource
{
    /// <summary>Nothing: no sample has a class.</summary>
    None,

    /// <summary>The input of the model's last softmax.</summary>
    SoftmaxInput,

    /// <summary>The outputs, which are logits.</summary>
    Logits,

    /// <summary>The outputs, which are probabilities, floored at 1e-12.</summary>
    Probabilities,
}
