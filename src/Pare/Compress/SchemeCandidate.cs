using Pare.Workflows;

namespace Pare.Compress;

/// <summary>A way of storing a whole model, known beforehand.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Steps">The steps that make it of a clone of the original.</param>
internal sealed record SchemeCandidate(string Name, IReadOnlyList<RecipeStep> Steps);
