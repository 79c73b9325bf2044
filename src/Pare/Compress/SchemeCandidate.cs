using Pare.Workflows;

namespace Pare.Compress;

/// <summary>A way of storing a whole model, known beforehand.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Steps">The steps that make it of a clone of the original.</param>
internal sealed record SchemeCandidate(string Name, IReadOnlyList<RecipeStep> Steps)
{
    /// <summary>The model that the steps make of a clone of the original.</summary>
    public Model Make(Model original, PassContext context)
    {
        Model model = original.Clone();
        foreach (RecipeStep step in Steps)
        {
            model = step.Apply(model, context).Model;
        }

        return model;
    }
}
