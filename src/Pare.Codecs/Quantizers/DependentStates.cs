namespace Pare.Codecs;

/// <summary>
/// The eight states of dependent (trellis-coded) quantization as ISO 15938-17 uses it: the parity of each code moves the state, and the state's lowest bit says
/// which of two grids the next code means. Grid 0 holds the even multiples of the step, grid 1 the odd ones and zero.
/// </summary>
public static class DependentStates
{
    /// <summary>Number of states.</summary>
    public const int Count = 8;

    private static ReadOnlySpan<byte> Transitions => [0, 2, 7, 5, 1, 3, 6, 4, 2, 0, 5, 7, 3, 1, 4, 6];

    /// <summary>The state after a code.</summary>
    /// <param name="state">State before it, 0 to 7; the first is 0.</param>
    /// <param name="parity">Lowest bit of the code.</param>
    public static int Next(int state, int parity) => Transitions[2 * state + parity];

    /// <summary>What a code stands for, in steps.</summary>
    /// <param name="state">State before it.</param>
    /// <param name="code">The code.</param>
    public static long Multiple(int state, int code) => 2L * code - (state & 1) * Math.Sign(code);

    /// <summary>Turns codes into values: value = multiple times step, in binary32.</summary>
    /// <param name="codes">The codes, in the order in which they were quantized.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">Where the values go; as long as <paramref name="codes"/>.</param>
    public static void Reconstruct(ReadOnlySpan<int> codes, float step, Span<float> values)
    {
        int state = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = Multiple(state, codes[i]) * step;
            state = Next(state, codes[i] & 1);
        }
    }
}
