namespace Pare.Workflows;

/// <summary>What is wrong with the options of a <see cref="QuantizeStep"/>, before work starts.</summary>
internal static class QuantizeStepCheck
{
    /// <summary>The schemes, as on the command line.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["float16", "dynamic", "int8", "int16x8", "weights-int8"];

    /// <exception cref="UsageException">Options contradict each other or are not known.</exception>
    public static void Validate(QuantizeStep step)
    {
        bool integer = step.Scheme is "int8" or "int16x8";
        if (!Schemes.Contains(step.Scheme))
        {
            throw new UsageException($"'{step.Scheme}' is no scheme; known are {string.Join(", ", Schemes)}", "--scheme");
        }

        RangeMethods.Parse(step.Ranges);
        if (!(step.Percentile is > 50 and <= 100))
        {
            throw new UsageException($"--percentile {step.Percentile}: expected more than 50 and at most 100", "--percentile");
        }

        string[] interfaces = step.Scheme == "int16x8" ? ["float", "int16"] : integer ? ["float", "int8", "uint8"] : ["float"];
        if (!interfaces.Contains(step.Io))
        {
            throw new UsageException($"--io {step.Io}: with --scheme {step.Scheme}, inputs and outputs can be {string.Join(", ", interfaces)}", "--io");
        }

        if (step.Granularity is not ("channel" or "tensor"))
        {
            throw new UsageException($"--granularity {step.Granularity}: with --scheme {step.Scheme}, scales can be one a channel or one a tensor", "--granularity");
        }

        if (integer && step.Calibration is null && step.Calibrated is null)
        {
            throw new UsageException($"--scheme {step.Scheme} needs samples to measure activations on: --calibration DATA, or ranges measured earlier: --calibration-cache FILE", "--calibration");
        }
    }
}
