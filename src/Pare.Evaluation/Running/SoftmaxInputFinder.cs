namespace Pare.Evaluation;

/// <summary>Finds the logits behind probabilities: the input of the softmax that makes an output.</summary>
internal static class SoftmaxInputFinder
{
    private const int MaxSteps = 64;

    /// <summary>
    /// Walks from the output back through nodes that only pass values on or move them, to a softmax. Whether what was found really gives the output is for the caller to
    /// check on numbers.
    /// </summary>
    /// <returns>The softmax's input; null where there is no softmax.</returns>
    public static Value? Find(Model model, Value output)
    {
        Value? value = output;
        for (int step = 0; step < MaxSteps && value?.Producer is { } node; step++)
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(node);
            if (traits.Kind is OperatorKind.Normalization && string.Equals(node.Operator, "Softmax", StringComparison.OrdinalIgnoreCase))
            {
                return node.InputOrDefault(traits.DataInput) is { IsConstant: false } logits ? logits : null;
            }

            if (traits.Kind is not (OperatorKind.Identity or OperatorKind.DataMovement or OperatorKind.Conversion))
            {
                return null;
            }

            value = node.InputOrDefault(traits.DataInput);
        }

        return null;
    }
}
