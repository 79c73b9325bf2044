namespace Pare.Workflows;

/// <summary>What is wrong with the options of a <see cref="QuantizeStep"/>, before work starts.</summary>
internal static class QuantizeStepCheck
{
    // Block sizes that the blockwise kernels take.
    private static readonly string[] s_groups = ["group:32", "group:64", "group:128", "group:256"];

    /// <summary>The schemes, as on the command line.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["float32", "float16", "bfloat16", "dynamic", "int8", "int16x8", "weights-int8", "weights-int4"];

    /// <exception cref="UsageException">Options contradict each other or are not known.</exception>
    public static void Validate(QuantizeStep step)
    {
        if (!Schemes.Contains(step.Scheme))
        {
            throw new UsageException($"'{step.Scheme}' is no scheme; known are {string.Join(", ", Schemes)}", "--scheme");
        }

        RangeMethods.Parse(step.Ranges);
        if (!(step.Percentile is > 50 and <= 100))
        {
            throw new UsageException($"--percentile {step.Percentile}: expected more than 50 and at most 100", "--percentile");
        }

        bool real = step.Scheme is "float32" or "float16" or "bfloat16";
        if (step.To != "tflite" && (!real || step.To is not ("onnx" or "graphdef")))
        {
            throw new UsageException($"--scheme {step.Scheme} is not for {step.To} models", "--scheme");
        }

        Expect("--target", step.Target, step.Scheme, ["tflite", "tflite-micro"]);
        Expect("--io", step.Io, step.Scheme, step.Scheme == "int16x8" ? ["float", "int16"] : step.IsInteger ? ["float", "int8", "uint8"] : ["float"]);
        Expect("--granularity", step.Granularity, step.Scheme, step.Scheme == "weights-int4" ? ["channel", "tensor", .. s_groups] : ["channel", "tensor"]);
        if (step.IsInteger && step.Calibration is null && step.Calibrated is null)
        {
            throw new UsageException($"--scheme {step.Scheme} needs samples to measure activations on: --calibration DATA, or ranges measured earlier: --calibration-cache FILE", "--calibration");
        }

        string? unknown = step.Tuning?.FirstOrDefault(t => !WeightTuning.Names.Contains(t));
        if (unknown is not null)
        {
            throw new UsageException($"--tuning {unknown}: expected none or some of {string.Join(", ", WeightTuning.Names)}", "--tuning");
        }

        string? needy = step.Calibration is null ? step.Tuning?.FirstOrDefault(t => WeightTuning.OfSamples.Contains(t)) : null;
        if (needy is not null)
        {
            throw new UsageException($"--tuning {needy} looks at what layers read: give samples with --calibration DATA", "--calibration");
        }
    }

    private static void Expect(string option, string found, string scheme, string[] expected)
    {
        if (!expected.Contains(found))
        {
            throw new UsageException($"{option} {found}: with --scheme {scheme} it can be {string.Join(", ", expected)}", option);
        }
    }
}
