using Pare.Passes.Conversion;
using Pare.Passes.Round;

namespace Pare.Passes.Prune;

/// <summary>Prunes Keras models by samples: what their layers read is known of the TensorFlow operators they are carried over to, which share the tensors of the weights.</summary>
internal static class KerasPruning
{
    public static IReadOnlyList<Change> Run(Model model, PrunePass pass, PassContext context)
    {
        Model carried = KerasToTensorFlow.Convert(model);
        Dictionary<TensorData, Value> own = new(ReferenceEqualityComparer.Instance);
        foreach (Value v in WeightConstants.All(model))
        {
            own.TryAdd(v.Constant!, v);
        }

        (Value Carried, Value Own)[] pairs = [.. WeightConstants.All(carried).Where(v => own.ContainsKey(v.Constant!)).Select(v => (v, own[v.Constant!]))];
        PruneOptions options = pass.Options;
        string[] names =
        [
            .. pairs.Where(p => pass.IsWeight(carried, p.Carried) && WeightConstants.IsSelected(p.Own.Name, options.Include, options.Exclude)
                    && (options.Include.Count > 0 || !PruneTarget.IsDepthwise(carried, p.Carried)))
                .Select(p => p.Carried.Name),
        ];
        if (names.Length == 0)
        {
            // Nothing is shared: magnitudes alone decide, or the error says why there is nothing.
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "what the layers read cannot be told for the selected weights; magnitudes alone decide"));
            return new PrunePass(options with { Schedule = options.Schedule == PruneSchedule.Sensitivity ? null : options.Schedule }).Run(model, context);
        }

        IReadOnlyList<Change> changes = new PrunePass(options with { Include = names, Exclude = [] }) { Samples = pass.Samples }.Run(carried, context);
        foreach ((Value from, Value to) in pairs)
        {
            to.Constant = from.Constant;
        }

        return changes;
    }
}
