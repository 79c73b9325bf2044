namespace Pare;

/// <summary>How the families of Keras layers are written down. Weights stand behind the data inputs, so that a layer of one input has its kernel at 1.</summary>
internal static class KerasTraits
{
    /// <summary>Layers of one kind, further traits set by <paramref name="refine"/>.</summary>
    public static IEnumerable<OperatorTraits> Of(OperatorKind kind, IEnumerable<string> layers, Func<OperatorTraits, OperatorTraits>? refine = null)
    {
        foreach (string name in layers)
        {
            OperatorTraits traits = new() { Operator = name, Kind = kind };
            yield return refine is null ? traits : refine(traits);
        }
    }

    /// <summary>The channel axis by <c>data_format</c>: the last one unless it says <c>channels_first</c>.</summary>
    public static int? ChannelAxis(Node node) => node.Attributes.TryGetValue("data_format", out AttributeValue? v) && v.Kind == AttributeKind.String && v.AsString == "channels_first" ? 1 : -1;
}
