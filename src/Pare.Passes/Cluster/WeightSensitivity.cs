using Pare.Passes.Quantize;

namespace Pare.Passes.Cluster;

/// <summary>
/// What an error of each element of a weight costs at its layer's output: <c>Σ e² · E[x²]</c>, x the input that the element is multiplied by. This is the diagonal of the Hessian of the layer's squared
/// output error (LeCun et al., Optimal Brain Damage, 1990, for the idea; Frantar et al., GPTQ, 2022, for the layer's Hessian E[x xᵀ]).
/// </summary>
public static class WeightSensitivity
{
    // A part of the mean is added to all, as quantizers damp their Hessians: inputs that the samples left at zero may be alive in others.
    private const double Damping = 0.01;

    /// <summary>The cost of each element of a layer's weight, in the order of the elements.</summary>
    /// <param name="statistics">The layer's input over calibration samples.</param>
    public static float[] Of(LayerStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        LinearLayer layer = statistics.Layer;
        float[] costs = new float[layer.Weight.Constant!.Count];
        double[][] squares = [.. Enumerable.Range(0, layer.Groups).Select(statistics.Diagonal)];
        double damping = Damping * squares.Average(s => s.Average());
        for (int g = 0; g < layer.Groups; g++)
        {
            for (int j = 0; j < layer.InputSize; j++)
            {
                float cost = (float)((squares[g][j] + damping) * statistics.PlacesPerSample);
                int row = (g * layer.GroupStride) + layer.RowOffset[j];
                for (int o = 0; o < layer.OutputSize; o++)
                {
                    costs[row + (o * layer.OutputStride)] = cost;
                }
            }
        }

        return costs;
    }
}
