namespace Pare.Passes.Optimize;

/// <summary>What <see cref="OptimizePipeline"/> should do. All is optional.</summary>
public sealed record OptimizeOptions
{
    /// <summary>Names of values to feed, inner ones included; empty for the model's own inputs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Names of values to keep; empty for the model's own outputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Inputs that become constants, by name: <c>phase_train</c> → <c>false</c>.</summary>
    public IReadOnlyDictionary<string, string> Freeze { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether the target runs TensorFlow's FusedResizeAndPadConv2D and FusedPadConv2D. Default: false.</summary>
    public bool FuseResizePad { get; init; }

    /// <summary>A constant expression is folded when the result takes at most this many bytes, or at most one and a half times what it is computed from: larger tables stay computed. Default: 16,384.</summary>
    public long FoldLimit { get; init; } = 16 * 1024;
}
