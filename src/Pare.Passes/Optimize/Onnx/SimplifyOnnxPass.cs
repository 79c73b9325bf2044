namespace Pare.Passes.Optimize.Onnx;

/// <summary>
/// Makes an ONNX graph smaller without changing what it computes, with operators of the standard set and of the model's own version only, and never a larger file.
/// Models of other vocabularies are left alone.
/// </summary>
/// <remarks>
/// Rules, in order, until none applies: constants of all graphs become initializers of the main one and equal ones are merged; shape computations whose result is
/// known are folded; nodes without effect go and neighbours that move elements are joined; computed shapes are left to Reshape, 32-bit detours and zero initial
/// states dropped; equal nodes are merged; Ifs with a known condition give way to their branch; scales, shifts and batch norms are folded into convolutions and
/// matrix products, before and after, and adjacent ones merged where that takes no more weights; transposes are cancelled; hard sigmoids spelt out are recognised; constants are computed as far as the file does not grow by it. Names, types and order of
/// inputs and outputs stay; functions' bodies are not touched (see <see cref="InlineOnnxFunctionsPass"/>).
/// </remarks>
public sealed class SimplifyOnnxPass : Pass
{
    private const int MostRounds = 100;

    /// <inheritdoc/>
    public override string Name => "simplify_onnx";

    /// <inheritdoc/>
    public override string Summary => "fold, merge and remove nodes of an ONNX graph; the file never grows";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-5;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Onnx))
        {
            return log.ToChanges();
        }

        OnnxRewriter r = new(model, context, log);
        OnnxStructureRules.OwnOutputs(r);
        r.Changed("nodes no output needs removed", GraphEditing.Sweep(model.Graph));
        for (int round = 0; round < MostRounds; round++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            int before = r.Changes;
            Round(r, before);
            if (r.Changes == before)
            {
                break;
            }
        }

        if (r.Changes > 0)
        {
            OnnxStructureRules.Sort(r);
        }

        r.Facts.Restore();
        return log.ToChanges();
    }

    private static void Round(OnnxRewriter r, int before)
    {
        ReadOnlySpan<Action<OnnxRewriter>> rules =
        [
            OnnxStructureRules.GatherConstants, OnnxStructureRules.FoldKnown, OnnxNoOpRules.Apply, OnnxShapeRules.Apply, OnnxStructureRules.MergeTwins, OnnxStructureRules.InlineIfs,
            OnnxActivationRules.Apply, OnnxLinearRules.Apply, OnnxTransposeRules.Apply,
        ];
        foreach (Action<OnnxRewriter> rule in rules)
        {
            r.Facts.Infer();
            rule(r);
            GraphEditing.Sweep(r.Model.Graph);
        }

        if (r.Changes == before)
        {
            // Only when nothing else applies is it known how much room there is.
            r.Facts.Infer();
            OnnxFolding.Apply(r);
            GraphEditing.Sweep(r.Model.Graph);
        }
    }
}
