namespace Pare.Passes.Conversion;

/// <summary>Where the weights of an LSTM stand among a node's inputs: for each gate (input, forget, cell, output), then peepholes, biases, projection, coefficients of layer normalization.</summary>
/// <param name="Input">Input weights of the gates; the input gate's is left out where it is coupled to the forget gate.</param>
/// <param name="Recurrent">Recurrent weights of the gates.</param>
/// <param name="Peephole">Peephole weights of the input, forget and output gates; left out where there are none.</param>
/// <param name="Bias">Biases of the gates.</param>
/// <param name="Projection">Weights and bias of the projection.</param>
/// <param name="Norm">Coefficients of layer normalization; empty where the operator has none.</param>
internal sealed record LstmWeights(int[] Input, int[] Recurrent, int[] Peephole, int[] Bias, int[] Projection, int[] Norm)
{
    /// <summary>Reads the places.</summary>
    /// <param name="c">The node.</param>
    /// <param name="first">Where the weights begin.</param>
    /// <param name="norm">Where the coefficients of layer normalization stand.</param>
    public static LstmWeights Read(TFLiteContext c, int first, int[] norm)
    {
        int[] At(int start, int count) => [.. Enumerable.Range(first + start, count)];
        return new LstmWeights(At(0, 4), At(4, 4), At(8, 3), At(11, 4), At(15, 2), Array.Exists(norm, c.Has) ? norm : []);
    }
}
