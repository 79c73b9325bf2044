namespace Pare;

/// <summary>
/// A rewrite of a model. A pass states its contract (what it requires, the rules it applies in order, what it leaves true, how far outputs may drift)
/// and gives out the changes it made. Passes hold no state between runs and are safe to use from several threads on different models.
/// </summary>
public abstract class Pass
{
    /// <summary>Name in snake case, as in <c>--transforms</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One line for a person.</summary>
    public abstract string Summary { get; }

    /// <summary>
    /// How far outputs may move on equal inputs, relative to the largest magnitude of the output compared: 0 for a pass that leaves every bit, a small number for
    /// one that reorders floating-point work, null for one that changes values on purpose.
    /// </summary>
    public virtual double? StatedDrift => 0;

    /// <summary>Rewrites the model in place.</summary>
    /// <returns>The changes made; none means the model is as it was.</returns>
    /// <exception cref="PassException">A requirement is not met. The model may be half changed: work on a clone.</exception>
    public abstract IReadOnlyList<Change> Run(Model model, PassContext context);
}
