using Pare.Evaluation;
using Pare.Workflows;

namespace Pare.Pruning;

/// <summary>A job that prunes a model and measures what that did.</summary>
public sealed record PruneRequest
{
    /// <summary>Files, options and check; its steps are replaced by <see cref="Step"/>.</summary>
    public required RewriteRequest Rewrite { get; init; }

    /// <summary>How to prune.</summary>
    public required PruneStep Step { get; init; }

    /// <summary>Samples that accuracy is measured on; null for those of the step's data.</summary>
    public string? TestData { get; init; }

    /// <summary>How samples are evaluated.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();
}
