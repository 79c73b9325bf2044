using Pare.Passes.Optimize;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Full integer quantization of a TFLite model: weights int8 a channel, activations int8 with a zero point or 16 bits without, biases of 32 (64) bits. Requires real numbers in TFLite's vocabulary and
/// ranges of the activations. What is left true: the operators, and the names of inputs and outputs; operators without an integer kernel stay as they are between DEQUANTIZE and QUANTIZE.
/// </summary>
public sealed class QuantizeTFLiteIntegerPass : Pass
{
    private readonly IntegerQuantizeOptions _options;

    /// <summary>Creates the pass.</summary>
    public QuantizeTFLiteIntegerPass(IntegerQuantizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override string Name => "quantize_integer";

    /// <inheritdoc/>
    public override string Summary => "weights and activations of a TFLite model as integers";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">Activations were not finite, or nodes would stay on real numbers where that is not allowed; all are named.</exception>
    /// <exception cref="RecipeException">The ranges are of another model.</exception>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            throw new PassException(Name, $"the model is in {model.Vocabulary.Name} operators; convert it to TFLite first");
        }

        IntegerPlan plan = new IntegerPlanner(model.Graph, _options).Plan();
        if (_options.IntegerOnly && plan.Kept.Count > 0)
        {
            throw new UnsupportedModelException("nodes that cannot compute on integers", plan.Kept);
        }

        if (plan.Nodes.Count == 0)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "nothing was quantized: no operator computes on real numbers and has an integer kernel; the model may be quantized already"));
        }

        foreach (UnsupportedNode kept in plan.Kept)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{kept.Operator} {kept.Why}", kept.Node));
        }

        ChangeLog log = new(Name);
        new IntegerRewriter(model.Graph, plan, _options, context.Threads, log).Run();
        return log.ToChanges();
    }
}
