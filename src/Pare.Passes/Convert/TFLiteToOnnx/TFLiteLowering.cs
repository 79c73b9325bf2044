namespace Pare.Passes.Conversion;

/// <summary>How one TFLite operator is carried over.</summary>
/// <param name="Apply">Reads the node's inputs from the context, emits, and sets its outputs; throws <see cref="LoweringException"/> where the node, as it stands, cannot be carried over.</param>
/// <param name="Reading">What the context gives for quantized inputs and takes for quantized outputs.</param>
internal sealed record TFLiteLowering(Action<TFLiteContext> Apply, QuantizedReading Reading = QuantizedReading.Real)
{
    /// <summary>An entry of a table of lowerings.</summary>
    public static KeyValuePair<string, TFLiteLowering> Of(string @operator, Action<TFLiteContext> apply) => new(@operator, new TFLiteLowering(apply));

    /// <summary>An entry for an operator that moves elements, whatever they stand for.</summary>
    public static KeyValuePair<string, TFLiteLowering> Moving(string @operator, Action<TFLiteContext> apply) => new(@operator, new TFLiteLowering(apply, QuantizedReading.Codes));
}
