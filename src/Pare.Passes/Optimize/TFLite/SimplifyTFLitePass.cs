namespace Pare.Passes.Optimize.TFLite;

/// <summary>
/// Fuses what TFLite's operators can do along with their own work: activations, biases, padding, spelt-out functions that have an operator; and removes reshapes and transposes that undo each
/// other. Models of other vocabularies are left alone. What is left true: inputs, outputs, their names, types and shapes; quantized values are not touched.
/// </summary>
/// <remarks>Rules, in order, until none applies: patterns with an operator of their own, constants added into biases, padding into SAME, activations into what they follow, reshapes and transposes.</remarks>
public sealed class SimplifyTFLitePass : Pass
{
    private const int MostRounds = 50;

    /// <inheritdoc/>
    public override string Name => "simplify_tflite";

    /// <inheritdoc/>
    public override string Summary => "fuse activations, biases and padding of a TFLite graph; cancel reshapes and transposes";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-5;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            return log.ToChanges();
        }

        foreach (Graph graph in model.Subgraphs.Prepend(model.Graph))
        {
            TFLiteRewriter r = new(model, graph, log);
            for (int round = 0; round < MostRounds; round++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                int before = r.Changes;
                foreach (Action<TFLiteRewriter> rule in (Action<TFLiteRewriter>[])[TFLitePatternRules.Apply, TFLiteGeluRules.Apply, TFLiteBiasRules.Apply, TFLitePaddingRules.Apply, TFLiteActivationRules.Apply, TFLiteMovementRules.Apply])
                {
                    rule(r);
                    GraphEditing.Sweep(graph);
                }

                if (r.Changes == before)
                {
                    break;
                }
            }
        }

        return log.ToChanges();
    }
}
