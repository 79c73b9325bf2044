namespace Pare;

/// <summary>A recipe cannot be read, or does not fit the model it is applied to.</summary>
public sealed class RecipeException : PareException
{
    /// <summary>Creates an error about a recipe.</summary>
    /// <param name="message">Found versus expected.</param>
    /// <param name="where">The place in the recipe, where known.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public RecipeException(string message, string? where = null, Exception? innerException = null)
        : base(message, where, innerException)
    {
    }
}
