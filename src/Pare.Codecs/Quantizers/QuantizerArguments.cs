namespace Pare.Codecs;

/// <summary>Checks what quantizers are given.</summary>
internal static class QuantizerArguments
{
    /// <summary>Most steps from zero, so that codes and their neighbours fit in 31 bits.</summary>
    private const double MaxSteps = 1 << 30;

    public static void Check(ReadOnlySpan<float> values, float step, int codes)
    {
        if (codes != values.Length)
        {
            throw new ArgumentException($"{values.Length} values, but room for {codes} codes", nameof(codes));
        }

        if (!(step > 0) || !float.IsFinite(step))
        {
            throw new ArgumentException($"the step is {step}, expected a finite number above 0", nameof(step));
        }

        foreach (float value in values)
        {
            if (!(Math.Abs((double)value / step) <= MaxSteps))
            {
                throw new ArgumentException($"{value} is not finite or more than {MaxSteps} steps of {step} from zero", nameof(values));
            }
        }
    }
}
