namespace Pare.Passes.Optimize;

/// <summary>Snaps every binary32 constant of 16 values and more to the middles of equal steps between its least and greatest: <c>min + step·(floor((x - min) / step) + 0.5)</c>, in binary32. As the Graph Transform Tool does, the greatest value falls into a step of its own behind the last, and zero is not kept; <c>round</c> has a better rule.</summary>
public sealed class RoundWeightsPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="steps">Steps between the least and the greatest value, at least 1.</param>
    public RoundWeightsPass(int steps = 256) => Steps = steps;

    /// <inheritdoc/>
    public override string Name => "round_weights";

    /// <inheritdoc/>
    public override string Summary => "snap constants to the middles of equal steps";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Steps between the least and the greatest value.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Value v in model.Graph.Constants)
        {
            if (v.Constant is not { Type: DataType.Float32, Count: >= 16 } content)
            {
                continue;
            }

            float[] values = content.ToFloats();
            float min = values.Min();
            float max = values.Max();
            if (min == max || !float.IsFinite(min) || !float.IsFinite(max))
            {
                continue;
            }

            float step = (max - min) / Steps;
            for (int i = 0; i < values.Length; i++)
            {
                float bucket = MathF.Floor((values[i] - min) / step);
                values[i] = min + (step * (bucket + 0.5f));
            }

            GraphEditing.SetConstant(v, DenseTensorData.Create(values, content.Shape));
            log.Add("constants rounded");
        }

        return log.ToChanges();
    }
}
