namespace Pare.Passes.Conversion;

/// <summary>Constants that are other constants seen or laid out differently: told to be the same without reading them. Stateless.</summary>
internal static class DerivedTensors
{
    /// <summary>Whether two tensors are one, or derived from one in the same way.</summary>
    public static bool AreSame(TensorData a, TensorData b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        if (a.Type != b.Type || !a.Shape.Dimensions.SequenceEqual(b.Shape.Dimensions))
        {
            return false;
        }

        return (a, b) switch
        {
            (TensorView x, TensorView y) => AreSame(x.Inner, y.Inner),
            (TransposedTensorData x, TransposedTensorData y) => x.IsSame(y),
            _ => false,
        };
    }
}
