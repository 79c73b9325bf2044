using System.Globalization;
using System.Text.Json.Serialization;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>Packs a model: without loss, or its weights as codes at a signal-to-noise ratio.</summary>
public sealed record PackStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "pack";

    /// <summary>Signal-to-quantization-noise ratio of all weights together, in decibels; null packs without loss.</summary>
    public double? Sqnr { get; init; }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (Sqnr is not { } sqnr)
        {
            return new StepOutcome { Model = model, Changes = [], StatedDrift = 0 };
        }

        (int tensors, double reached) = EntropyCodedWeights.Quantize(model, sqnr, context);
        return new StepOutcome
        {
            Model = model,
            Changes = [new Change("pack", string.Create(CultureInfo.InvariantCulture, $"weights coded at {reached:0.0} dB"), tensors)],
            StatedDrift = null,
        };
    }
}
