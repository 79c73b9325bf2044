namespace Pare.Workflows;

/// <summary>A conversion from one vocabulary to another.</summary>
/// <param name="From">The vocabulary it takes.</param>
/// <param name="To">The vocabulary it gives.</param>
/// <param name="Rule">Its name in reports.</param>
/// <param name="Convert">Makes a new model of the other vocabulary.</param>
internal sealed record Conversion(Vocabulary From, Vocabulary To, string Rule, Func<Model, PassContext, Model> Convert);
