namespace Pare.Runtime.Tests.Keras;

/// <summary>Recurrent layers by their definitions: a cell and a loop over the steps of each sample.</summary>
internal static class RecurrentReference
{
    /// <summary>A step: the input's row and the states before give the states after, the output first.</summary>
    public delegate float[][] Cell(float[] x, float[][] states);

    /// <summary>Gates i, f, c, o; sigmoid and tanh.</summary>
    public static Cell Lstm(Nd kernel, Nd recurrent, Nd bias) => (x, s) =>
    {
        int u = s[0].Length;
        double[] z = [.. Enumerable.Range(0, 4 * u).Select(g => bias.Data[g] + Product(x, kernel, g) + Product(s[0], recurrent, g))];
        float[] c = [.. Enumerable.Range(0, u).Select(i => (float)((Sigmoid(z[u + i]) * s[1][i]) + (Sigmoid(z[i]) * Math.Tanh(z[(2 * u) + i]))))];
        return [[.. c.Select((v, i) => (float)(Sigmoid(z[(3 * u) + i]) * Math.Tanh(v)))], c];
    };

    /// <summary>Gates z, r, h, the reset gate before or after the product of the state.</summary>
    public static Cell Gru(Nd kernel, Nd recurrent, Nd bias, bool resetAfter) => (x, s) =>
    {
        int u = s[0].Length;
        double Own(int g) => bias.Data[g] + Product(x, kernel, g);
        double State(int g, float[] h) => (resetAfter ? bias.Data[(3 * u) + g] : 0) + Product(h, recurrent, g);
        float[] r = [.. Enumerable.Range(0, u).Select(i => (float)Sigmoid(Own(u + i) + State(u + i, s[0])))];
        float[] reset = [.. s[0].Select((h, i) => h * r[i])];
        return
        [
            [
                .. Enumerable.Range(0, u).Select(i =>
                {
                    double z = Sigmoid(Own(i) + State(i, s[0]));
                    double candidate = Math.Tanh(Own((2 * u) + i) + (resetAfter ? r[i] * State((2 * u) + i, s[0]) : Product(reset, recurrent, (2 * u) + i)));
                    return (float)((z * s[0][i]) + ((1 - z) * candidate));
                }),
            ],
        ];
    };

    /// <summary>tanh of the sum of both products.</summary>
    public static Cell Simple(Nd kernel, Nd recurrent, Nd bias) => (x, s) =>
        [[.. s[0].Select((_, i) => (float)Math.Tanh(bias.Data[i] + Product(x, kernel, i) + Product(s[0], recurrent, i)))]];

    /// <summary>Cells one after the other in each step; the output is the last cell's, and stands first here and in its own states.</summary>
    public static Cell Stacked(Cell[] cells, int[] states) => (x, s) =>
    {
        List<float[]> next = [];
        float[] input = x;
        for (int i = 0; i < cells.Length; i++)
        {
            float[][] own = cells[i](input, s[next.Count..(next.Count + states[i])]);
            next.AddRange(own);
            input = own[0];
        }

        return [.. next];
    };

    /// <summary>Runs a cell over data [batch, steps, features].</summary>
    /// <param name="x">The data.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="units">Widths of the states.</param>
    /// <param name="output">Which state is the output.</param>
    /// <param name="backwards">From the last step to the first.</param>
    /// <param name="counts">Which steps of which samples count; null for all.</param>
    /// <param name="zeros">Whether a step that does not count gives zeros, not what was given last.</param>
    /// <param name="initial">The states at the start, [batch, units] each; null for zeros.</param>
    /// <returns>The outputs of all steps in the order taken, and the last states.</returns>
    public static (Nd Sequence, Nd[] States) Run(Nd x, Cell cell, int[] units, int output = 0, bool backwards = false, Func<int, int, bool>? counts = null, bool zeros = false, Nd[]? initial = null)
    {
        int steps = x.Shape[1];
        Nd sequence = new(x.Shape[0], steps, units[output]);
        Nd[] last = [.. units.Select(u => new Nd(x.Shape[0], u))];
        for (int n = 0; n < x.Shape[0]; n++)
        {
            float[][] states = [.. units.Select((u, s) => initial is null ? new float[u] : [.. Enumerable.Range(0, u).Select(i => initial[s][n, i])])];
            float[] given = new float[units[output]];
            for (int step = 0; step < steps; step++)
            {
                int at = backwards ? steps - 1 - step : step;
                if (counts is null || counts(n, at))
                {
                    states = cell([.. Enumerable.Range(0, x.Shape[2]).Select(f => x[n, at, f])], states);
                    given = states[output];
                }
                else if (zeros)
                {
                    given = new float[units[output]];
                }

                for (int i = 0; i < given.Length; i++)
                {
                    sequence[n, step, i] = given[i];
                }
            }

            for (int s = 0; s < states.Length; s++)
            {
                for (int i = 0; i < states[s].Length; i++)
                {
                    last[s][n, i] = states[s][i];
                }
            }
        }

        return (sequence, last);
    }

    /// <summary>The last step of a sequence.</summary>
    public static Nd Last(Nd sequence)
    {
        Nd y = new(sequence.Shape[0], sequence.Shape[2]);
        foreach (int[] at in y.Indices())
        {
            y[at] = sequence[at[0], sequence.Shape[1] - 1, at[1]];
        }

        return y;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Product(float[] x, Nd matrix, int column) => x.Select((v, i) => (double)v * matrix[i, column]).Sum();
}
