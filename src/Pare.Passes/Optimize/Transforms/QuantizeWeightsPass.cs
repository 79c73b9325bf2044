namespace Pare.Passes.Optimize;

/// <summary>Stores each binary32 constant of at least a number of values as quint8 codes with a Dequantize (mode MIN_FIRST) under its name: <c>code = round(x·S) - round(min·S)</c> clamped to [0,255], <c>S = 255 / (max - min)</c>, halves away from zero, the range widened to hold 0. TensorFlow graphs only.</summary>
public sealed class QuantizeWeightsPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="minimumSize">Constants of fewer values stay.</param>
    public QuantizeWeightsPass(int minimumSize = 1024) => MinimumSize = minimumSize;

    /// <inheritdoc/>
    public override string Name => "quantize_weights";

    /// <inheritdoc/>
    public override string Summary => "store constants as 8-bit codes behind Dequantize";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Constants of fewer values stay.</summary>
    public int MinimumSize { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new PassException(Name, $"needs a TensorFlow graph, found {model.Vocabulary.Name}");
        }

        UniqueNames names = new(model.Graph);
        foreach (Node n in model.Graph.Nodes)
        {
            if (n.Operator != "Const" || n.Outputs.Count == 0 || n.Output.Constant is not { Type: DataType.Float32 } content || content.Count < Math.Max(1, MinimumSize))
            {
                continue;
            }

            float[] values = content.ToFloats();
            if (!values.All(float.IsFinite))
            {
                continue;
            }

            (float min, float max) = Range(values);
            double scale = 255 / ((double)max - min);
            double low = Math.Round(min * scale, MidpointRounding.AwayFromZero);
            byte[] codes = Array.ConvertAll(values, v => (byte)Math.Clamp(Math.Round(v * scale, MidpointRounding.AwayFromZero) - low, 0, 255));
            Value c = GraphEditing.CreateConstant(model, n, names.Make($"{n.Name}_quantized_const"), new DenseTensorData(DataType.QUInt8, content.Shape, codes));
            Value a = GraphEditing.CreateConstant(model, n, names.Make($"{n.Name}_quantized_min"), DenseTensorData.Create([min], TensorShape.Scalar));
            Value b = GraphEditing.CreateConstant(model, n, names.Make($"{n.Name}_quantized_max"), DenseTensorData.Create([max], TensorShape.Scalar));
            foreach (Node control in n.ControlInputs)
            {
                c.Producer!.AddControlInput(control);
            }

            n.Operator = "Dequantize";
            n.Extension = null;
            n.SetInputs(c, a, b);
            n.Attributes.Remove("dtype");
            n.Attributes["T"] = AttributeValue.Of(DataType.QUInt8);
            n.Attributes["mode"] = AttributeValue.Of("MIN_FIRST");
            n.Output.Constant = null;
            log.Add("constants quantized");
        }

        return log.ToChanges();
    }

    private static (float Min, float Max) Range(float[] values)
    {
        float min = Math.Min(0, values.Min());
        float max = Math.Max(0, values.Max());
        return min == max ? (min, min + 1) : (min, max);
    }
}
