namespace Pare.Evaluation;

/// <summary>What a model's own layers say about the pictures it takes.</summary>
internal static class LayerPreprocessing
{
    private const int MaxSteps = 8;

    /// <summary>
    /// Raw pixels where the picture's input goes straight into a Rescaling or Normalization layer of Keras, which then do what preprocessing would; null where
    /// nothing is said.
    /// </summary>
    public static Preprocessing? Of(Model model, string input)
    {
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Keras))
        {
            return null;
        }

        Value? value = model.Graph.FindValue(input);
        for (int step = 0; step < MaxSteps && value is not null; step++)
        {
            if (value.Uses.Any(u => u.Node.Operator is "Rescaling" or "Normalization"))
            {
                return new Preprocessing { Mean = [0], Std = [1], Scale = 1 };
            }

            // What only moves or resamples pixels may stand before.
            Node? next = value.Uses.Count == 1 ? value.Uses[0].Node : null;
            value = next is not null && model.Vocabulary.TraitsOf(next).Kind is OperatorKind.Identity or OperatorKind.DataMovement or OperatorKind.Resize && next.Outputs.Count > 0 ? next.Output : null;
        }

        return null;
    }
}
