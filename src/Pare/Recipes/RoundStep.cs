using System.Text.Json.Serialization;
using Pare.Passes.Round;

namespace Pare.Workflows;

/// <summary>Snaps constants to few values in place.</summary>
public sealed record RoundStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "round";

    /// <summary>The rule: <c>zero_preserving</c> (default) or <c>weights_rounded</c>.</summary>
    public string Rule { get; init; } = "zero_preserving";

    /// <summary>How many values a tensor may keep. Default 256.</summary>
    public int Levels { get; init; } = 256;

    /// <summary>Tensors with fewer values stay as they are. Default 1,024.</summary>
    public long MinSize { get; init; } = 1024;

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        RoundPass pass = new(new RoundOptions
        {
            Rule = Rule switch
            {
                "zero_preserving" => RoundRule.ZeroPreserving,
                "weights_rounded" => RoundRule.WeightsRounded,
                _ => throw new UsageException($"'{Rule}' is no rounding rule; known are zero_preserving and weights_rounded", "--rule"),
            },
            Levels = Levels,
            MinSize = MinSize,
            Include = Include,
            Exclude = Exclude,
        });
        return new StepOutcome { Model = model, Changes = pass.Run(model, context), StatedDrift = pass.StatedDrift };
    }
}
