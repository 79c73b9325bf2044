namespace Pare.Passes.Optimize;

/// <summary>
/// Puts the bodies of TensorFlow functions where they are called and removes functions that nothing refers to. Rules and what stays: see <see cref="FunctionInliner"/>. Leaves every value as it is.
/// </summary>
public sealed class InlineFunctionsPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "inline_functions";

    /// <inheritdoc/>
    public override string Summary => "put functions where they are called";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        int functions = model.Functions.Count;
        log.Add("calls replaced", new FunctionInliner(model).Run());
        log.Add("functions removed", functions - model.Functions.Count);
        return log.ToChanges();
    }
}
