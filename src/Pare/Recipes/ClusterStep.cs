using System.Text.Json.Serialization;
using Pare.Passes.Cluster;

namespace Pare.Workflows;

/// <summary>Makes constants share few values.</summary>
public sealed record ClusterStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "cluster";

    /// <summary>Centroids of a codebook. Default 32.</summary>
    public int Clusters { get; init; } = 32;

    /// <summary>What shares a codebook: <c>tensor</c> (default), <c>model</c> or <c>channel</c>.</summary>
    public string Scope { get; init; } = "tensor";

    /// <summary>Tensors with fewer values stay as they are. Default 1,024.</summary>
    public long MinSize { get; init; } = 1024;

    /// <summary>Whether one centroid is exactly 0. Default false.</summary>
    public bool KeepZero { get; init; }

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ClusterPass pass = new(new ClusterOptions
        {
            Clusters = Clusters,
            Scope = Scope switch
            {
                "tensor" => ClusterScope.Tensor,
                "model" => ClusterScope.Model,
                "channel" => ClusterScope.Channel,
                _ => throw new UsageException($"'{Scope}' is no scope; known are tensor, model and channel", "--scope"),
            },
            MinSize = MinSize,
            KeepZero = KeepZero,
            Include = Include,
            Exclude = Exclude,
        });
        return new StepOutcome { Model = model, Changes = pass.Run(model, context), StatedDrift = pass.StatedDrift };
    }
}
