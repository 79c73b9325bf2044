namespace Pare.Passes.Quantize;

/// <summary>A layer's weight as codes: <c>weight = code · columnScale · rowScale</c>, multiplied in this order in binary32. Immutable by convention.</summary>
public sealed record LayerCodes
{
    /// <summary>The layer.</summary>
    public required LinearLayer Layer { get; init; }

    /// <summary>How the weight is to be stored; codes unless chosen otherwise.</summary>
    public WeightEncoding Encoding { get; init; } = WeightEncoding.Codes;

    /// <summary>The step asked for.</summary>
    public required double Step { get; init; }

    /// <summary>One code for each element of the weight tensor, in its order, in [-127, 127].</summary>
    public required sbyte[] Codes { get; init; }

    /// <summary>Scale of each output channel, <c>Groups · OutputSize</c> values, group by group.</summary>
    public required float[] ColumnScales { get; init; }

    /// <summary>Scale of each input channel; null where all are 1.</summary>
    public float[]? RowScales { get; init; }

    /// <summary>The weights that the codes stand for, in the tensor's order.</summary>
    public required float[] Weights { get; init; }

    /// <summary>The bias that takes back the error's mean; null where the layer has none.</summary>
    public float[]? Bias { get; init; }

    /// <summary>Predicted mean squared error of the output, summed over output channels and places of a sample.</summary>
    public required double Distortion { get; init; }
}
