using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pare.Compress;
using Pare.Evaluation;
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

    /// <summary>Whether vectors (biases, batch normalization) take part too. Default false.</summary>
    public bool Vectors { get; init; }

    /// <summary>Whether one centroid is exactly 0. Default false.</summary>
    public bool KeepZero { get; init; }

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Calibration data whose activations say what an error of each weight costs; null weighs all errors alike.</summary>
    public string? Data { get; init; }

    /// <summary>Which samples of <see cref="Data"/> to take.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>How pictures become inputs, as given; see <see cref="PreprocessingFile"/>.</summary>
    public JsonElement? Preprocessing { get; init; }

    /// <summary>Samples of <see cref="Data"/> that are run. Default 64.</summary>
    public int Samples { get; init; } = 64;

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
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
            Vectors = Vectors,
            KeepZero = KeepZero,
            Include = Include,
            Exclude = Exclude,
        })
        {
            Sensitivity = Data is null ? new Dictionary<Value, float[]>() : Sensitivity(model, context),
        };
        return new StepOutcome { Model = model, Changes = pass.Run(model, context), StatedDrift = pass.StatedDrift };
    }

    private Dictionary<Value, float[]> Sensitivity(Model model, PassContext context)
    {
        if (Samples < 1)
        {
            throw new UsageException($"{Samples} samples: at least one is needed", "--samples");
        }

        IModelRunner runner = context.Runner ?? throw new PassException("cluster", "needs a runner to see what the data excites");
        Preprocessing? given = Preprocessing is { ValueKind: JsonValueKind.Object } json ? PreprocessingFile.Parse(Encoding.UTF8.GetBytes(json.GetRawText()), "recipe") : null;
        using Dataset data = Datasets.Open(Data!, DataOptions);
        return new SensitivityCollector(runner).Collect(model, data, Samples, given, context);
    }
}
