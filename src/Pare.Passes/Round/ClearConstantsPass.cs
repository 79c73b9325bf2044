namespace Pare.Passes.Round;

/// <summary>
/// Empties every constant (no values, shape [0]), which tells what a file weighs without its weights. The model no longer runs.
/// </summary>
public sealed class ClearConstantsPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "clear_constants";

    /// <inheritdoc/>
    public override string Summary => "empty every constant, to see what the structure alone weighs";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        int count = 0;
        foreach (Value value in WeightConstants.All(model).ToArray())
        {
            TensorData content = value.Constant!;
            if (content.Count > 0)
            {
                TensorShape none = new(0);
                value.Constant = content.Type.BitWidth() > 0 ? new DenseTensorData(content.Type, none, default) : new StringTensorData(none, []);
                value.Shape = new SymbolicShape(none);
                count++;
            }
        }

        return count == 0 ? [] : [new Change(Name, "emptied", count)];
    }
}
