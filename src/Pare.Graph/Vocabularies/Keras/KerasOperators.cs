namespace Pare;

/// <summary>The families of Keras layers. A new family is a new file and a line here.</summary>
internal static class KerasOperators
{
    public static IEnumerable<IEnumerable<OperatorTraits>> Families { get; } =
    [
        KerasStructure.Layers,
        KerasLinear.Layers,
        KerasActivations.Layers,
        KerasNormalization.Layers,
        KerasPooling.Layers,
        KerasMerging.Layers,
        KerasDataMovement.Layers,
        KerasRecurrent.Layers,
    ];
}
