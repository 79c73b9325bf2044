namespace Pare.Passes.Optimize;

/// <summary>Recognises a dropout that keeps everything: the mask computed from random numbers in [0,1) is provably 1 everywhere.</summary>
internal static class DropoutRemains
{
    /// <summary>Whether a value is 1 everywhere, with the shape of another: <c>floor(keep + random)</c> with keep = 1, or <c>cast(random >= rate)</c> with rate = 0.</summary>
    /// <param name="mask">The value asked about.</param>
    /// <param name="of">The value whose shape the random numbers must have.</param>
    public static bool IsOnes(Value? mask, Value? of)
    {
        if (mask?.Producer is not { } n || of is null)
        {
            return false;
        }

        switch (n.Operator)
        {
            case "Floor":
                return Range(n.InputOrDefault(0), of) is { } floor && floor.Low >= 1 && floor.High <= 2;
            case "Cast" when n.InputOrDefault(0)?.Producer is { Operator: "GreaterEqual" } compare:
                return Range(compare.InputOrDefault(0), of) is { } random && Number(compare.InputOrDefault(1)) is { } rate && random.Low >= rate;
            default:
                return false;
        }
    }

    // The half-open interval that holds every element: sums and products of constants with random numbers of the right shape.
    private static (double Low, double High)? Range(Value? value, Value of, int depth = 0)
    {
        if (value?.Producer is not { } n || depth > 8)
        {
            return null;
        }

        if (n.Operator == "RandomUniform")
        {
            return n.InputOrDefault(0)?.Producer is { Operator: "Shape" } shape && ReferenceEquals(shape.InputOrDefault(0), of) ? (0, 1) : null;
        }

        if (n.Operator is not ("Add" or "AddV2" or "Mul") || n.Inputs.Count != 2)
        {
            return null;
        }

        int constant = Number(n.Inputs[0]) is null ? 1 : 0;
        if (Number(n.Inputs[constant]) is not { } c || Range(n.Inputs[1 - constant], of, depth + 1) is not { } range)
        {
            return null;
        }

        return n.Operator != "Mul" ? (range.Low + c, range.High + c) : c > 0 ? (range.Low * c, range.High * c) : null;
    }

    private static double? Number(Value? value) => value?.Constant is { Count: 1, Shape.Rank: 0, Type: DataType.Float32 } c ? c.ToFloats()[0] : null;
}
