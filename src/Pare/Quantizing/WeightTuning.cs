namespace Pare.Workflows;

/// <summary>What may be done for the weights beside rounding them: names as on the command line and in recipes.</summary>
public static class WeightTuning
{
    /// <summary>Ranges of neighbouring layers' channels made alike first.</summary>
    public const string Equalize = "equalize";

    /// <summary>Scales searched for the least squared error.</summary>
    public const string Mse = "mse";

    /// <summary>Rounding errors answered by other weights (GPTQ).</summary>
    public const string Feedback = "feedback";

    /// <summary>Weights fitted anew to the quantized network's activations.</summary>
    public const string Refit = "refit";

    /// <summary>Biases that take the mean of what remains.</summary>
    public const string Bias = "bias";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Equalize, Mse, Feedback, Refit, Bias];

    /// <summary>Those that look at samples.</summary>
    public static IReadOnlyList<string> OfSamples { get; } = [Feedback, Refit, Bias];

    /// <summary>What a scheme does where nothing is asked for.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="samples">Whether there are samples.</param>
    public static IReadOnlyList<string> Default(string scheme, bool samples) => scheme switch
    {
        "weights-int4" => samples ? [Mse, Feedback, Refit, Bias] : [Mse],

        // Cheap, needs no samples when a recipe is applied again, and gained or kept agreement on every model measured (docs/quantization.md).
        "int8" => [Equalize],
        _ => [],
    };
}
