namespace Pare;

/// <summary>The families of Keras layers. A new family is a new file and a line here.</summary>
internal static class KerasOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families
    {
        get
        {
            yield return KerasStructure.Layers;
            yield return KerasLinear.Layers;
            yield return KerasActivations.Layers;
            yield return KerasNormalization.Layers;
            yield return KerasPooling.Layers;
            yield return KerasMerging.Layers;
            yield return KerasDataMovement.Layers;
            yield return KerasRecurrent.Layers;
        }
    }
}
