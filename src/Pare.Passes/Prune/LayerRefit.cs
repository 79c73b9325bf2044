using System.Numerics.Tensors;
using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>
/// Fits the weights that stay to what the layer gave in the original network: for each output <c>min ‖X w − X̂ ŵ‖²</c> over the elements of ŵ that are kept, X̂ the layer's input in the
/// network pruned so far and X in the original. The normal equations are <c>(A_SS + rI) ŵ_S = (B w)_S + r w_S</c> with <c>A = E x̂x̂ᵀ</c>, <c>B = E x̂xᵀ</c>; the bias takes the means,
/// <c>b̂ = b + E[x] w − E[x̂] ŵ</c>, and where there is none the moments are not centred.
/// </summary>
internal static class LayerRefit
{
    // Beyond this the equations of one layer would take minutes, and their matrix a gigabyte.
    public const int LargestInput = 2304;
    private const double MostWork = 4e11;
    private const double Damping = 0.01;

    /// <summary>Fits a layer in place.</summary>
    /// <param name="layer">The layer in the pruned network; its weight still is the original.</param>
    /// <param name="moments">What it reads, pruned and original.</param>
    /// <param name="keep">The elements of the weight that stay.</param>
    /// <param name="fit">Whether weights are fitted; else only the bias takes the mean of the error.</param>
    /// <param name="threads">Threads to use.</param>
    public static void Apply(LinearLayer layer, CrossMoments moments, bool[] keep, bool fit, int threads)
    {
        float[] weights = layer.Weight.Constant!.ToFloats();
        float[] fitted = new float[weights.Length];
        float[]? bias = layer.Bias?.Constant!.ToFloats();
        int d = layer.InputSize;
        for (int g = 0; g < layer.Groups; g++)
        {
            double[] hat = moments.MeanQuantized(g);
            double[] mean = moments.MeanOriginal(g);
            int[][] stay = [.. Enumerable.Range(0, layer.OutputSize).Select(o => Kept(layer, keep, g, o))];
            double[][] columns = fit && Work(stay) < MostWork ? Solve(layer, moments, weights, stay, g, bias is null, threads) : [.. stay.Select((s, o) => Plain(layer, weights, s, g, o))];
            for (int o = 0; o < columns.Length; o++)
            {
                double change = 0;
                for (int j = 0; j < d; j++)
                {
                    change += mean[j] * weights[At(layer, g, j, o)];
                }

                for (int k = 0; k < stay[o].Length; k++)
                {
                    int j = stay[o][k];
                    float w = (float)columns[o][k];
                    fitted[At(layer, g, j, o)] = w;
                    change -= hat[j] * w;
                }

                if (bias is not null)
                {
                    bias[(g * layer.OutputSize) + o] += (float)change;
                }
            }
        }

        layer.Weight.Constant = DenseTensorData.Create(fitted, layer.Weight.Constant.Shape);
        if (bias is not null)
        {
            layer.Bias!.Constant = DenseTensorData.Create(bias, layer.Bias.Constant!.Shape);
        }
    }

    private static int At(LinearLayer layer, int group, int row, int output) => (group * layer.GroupStride) + layer.RowOffset[row] + (output * layer.OutputStride);

    private static int[] Kept(LinearLayer layer, bool[] keep, int group, int output) => [.. Enumerable.Range(0, layer.InputSize).Where(j => keep[At(layer, group, j, output)])];

    private static double[] Plain(LinearLayer layer, float[] weights, int[] stay, int group, int output) => [.. stay.Select(j => (double)weights[At(layer, group, j, output)])];

    private static double Work(int[][] stay)
    {
        double work = 0;
        for (int o = 0; o < stay.Length; o++)
        {
            double n = stay[o].Length;
            work += o > 0 && stay[o].AsSpan().SequenceEqual(stay[o - 1]) ? n * n : n * n * n / 3;
        }

        return work;
    }

    private static double[][] Solve(LinearLayer layer, CrossMoments moments, float[] weights, int[][] stay, int group, bool uncentred, int threads)
    {
        int d = layer.InputSize;
        double[] a = moments.Quantized(group);
        double[] b = moments.Cross(group);
        double[] hat = moments.MeanQuantized(group);
        double[] mean = moments.MeanOriginal(group);
        double raw = 0;
        double trace = 0;
        for (int i = 0; i < d; i++)
        {
            raw += hat[i] * hat[i] / d;
            trace += a[(i * d) + i] / d;
            if (!uncentred)
            {
                continue;
            }

            for (int j = 0; j < d; j++)
            {
                a[(i * d) + j] += hat[i] * hat[j];
                b[(i * d) + j] += hat[i] * mean[j];
            }
        }

        // Inputs that the samples left constant have no say; the second floor keeps the factorization from noise.
        double ridge = (Damping * (uncentred ? trace + raw : trace)) + (1e-6 * (trace + raw)) + 1e-30;
        double[][] result = new double[stay.Length][];

        // Neighbours with the same rows (filters that lost whole channels) share a factor.
        List<(int First, int Count)> runs = [];
        for (int o = 0; o < stay.Length; o++)
        {
            if (runs.Count > 0 && stay[o].AsSpan().SequenceEqual(stay[runs[^1].First]))
            {
                runs[^1] = (runs[^1].First, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((o, 1));
            }
        }

        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, run =>
        {
            int[] s = stay[run.First];
            double[]? factor = s.Length == 0 ? null : SymmetricMatrix.Cholesky(Part(a, s, d, ridge), s.Length);
            double[]? upper = factor is null ? null : SymmetricMatrix.Transposed(factor, s.Length);
            for (int o = run.First; o < run.First + run.Count; o++)
            {
                double[] w = new double[d];
                for (int j = 0; j < d; j++)
                {
                    w[j] = weights[At(layer, group, j, o)];
                }

                double[] right = [.. s.Select(j => TensorPrimitives.Dot<double>(b.AsSpan(j * d, d), w) + (ridge * w[j]))];
                result[o] = factor is null ? [.. s.Select(j => w[j])] : SymmetricMatrix.Solve(factor, upper!, right, s.Length);
            }
        });
        return result;
    }

    private static double[] Part(double[] a, int[] rows, int d, double ridge)
    {
        int n = rows.Length;
        double[] part = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                part[(i * n) + j] = a[(rows[i] * d) + rows[j]];
            }

            part[(i * n) + i] += ridge;
        }

        return part;
    }
}
