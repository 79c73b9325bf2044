namespace Pare.Passes.Quantize;

/// <summary>
/// What a weight matrix is to be quantized for: targets, what a deviation from them costs, and what a bit is worth. Columns are output channels (group by group),
/// each of <see cref="LinearLayer.InputSize"/> rows.
/// </summary>
internal sealed record RateDistortionProblem
{
    /// <summary>The layer.</summary>
    public required LinearLayer Layer { get; init; }

    /// <summary>Targets, column by column.</summary>
    public required float[] Target { get; init; }

    /// <summary>For each column the matrix H, row-major; columns may share one.</summary>
    public required float[][] Hessian { get; init; }

    /// <summary>For each column the factor of its matrix: an error e costs <c>weight · eᵀHe</c>.</summary>
    public required double[] Weight { get; init; }

    /// <summary>
    /// How errors of columns add up: element (c, c') is <c>G_cc' / G_cc</c>, row-major, 0 on the diagonal, so that errors cost <c>Σ_cc' G_cc' e_cᵀ H e_c'</c> with G_cc the weight of c.
    /// All columns share one H then. Null where columns do not matter to each other.
    /// </summary>
    public float[]? Coupling { get; init; }

    /// <summary>Cost of a bit.</summary>
    public required double Lambda { get; init; }

    /// <summary>Step of each column relative to the tensor's.</summary>
    public required float[] ColumnScale { get; init; }

    /// <summary>Step of each input channel relative to the tensor's.</summary>
    public required float[] RowScale { get; init; }

    /// <summary>Number of columns.</summary>
    public int Columns => Weight.Length;

    /// <summary>Place of a column's first element in the tensor.</summary>
    public int Start(int column) => (column / Layer.OutputSize * Layer.GroupStride) + (column % Layer.OutputSize * Layer.OutputStride);
}
