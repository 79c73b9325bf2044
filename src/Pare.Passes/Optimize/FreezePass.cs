using System.Globalization;

namespace Pare.Passes.Optimize;

/// <summary>
/// Makes constants of inputs: <c>phase_train=false</c>. A shape that is not known is taken as a scalar's; one value fills a known shape. The node keeps its name. Nothing else is touched:
/// what becomes dead is another pass's work.
/// </summary>
public sealed class FreezePass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="values">For each input's name its value: a number, <c>true</c> or <c>false</c>, or several separated by commas.</param>
    public FreezePass(IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
    }

    /// <inheritdoc/>
    public override string Name => "freeze";

    /// <inheritdoc/>
    public override string Summary => "make constants of inputs";

    /// <summary>Values by input name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        Graph graph = model.Graph;
        foreach ((string name, string text) in Values)
        {
            Value value = ValueNames.Resolve(model, name, "--freeze");
            bool isPlaceholder = value.Producer is { } p && (model.Vocabulary.TraitsOf(p).Kind == OperatorKind.Placeholder || p.Operator == "PlaceholderWithDefault");
            if (!isPlaceholder && !GraphEditing.IsInput(graph, value))
            {
                throw new UsageException($"'{name}' is no input, so it cannot be frozen{NearNames.Suggest(name, graph.Inputs.Select(v => v.Name))}", "--freeze");
            }

            TensorData content = Parse(name, text, value.Type == DataType.Undefined ? ElementTypes.Infer(value) : value.Type, value.Shape?.ToStatic());
            graph.Inputs.Remove(value);
            if (value.Producer is { } node)
            {
                node.Operator = "Const";
                node.SetInputs();
                node.Extension = null;
                foreach (string key in node.Attributes.Keys.ToArray())
                {
                    node.Attributes.Remove(key);
                }

                node.Attributes["dtype"] = AttributeValue.Of(content.Type);
                GraphEditing.SetConstant(value, content);
            }
            else
            {
                GraphEditing.SetConstant(value, content);
                graph.AddInitializer(value);
            }

            log.Add("inputs made constant");
        }

        return log.ToChanges();
    }

    private static TensorData Parse(string name, string text, DataType type, TensorShape? known)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        TensorShape shape = known ?? (parts.Length == 1 ? TensorShape.Scalar : new TensorShape(parts.Length));
        if (parts.Length == 0 || (parts.Length != 1 && parts.Length != shape.Count))
        {
            throw new UsageException($"'{name}' has the shape {shape}: give one value or {shape.Count}, found '{text}'", "--freeze");
        }

        CultureInfo c = CultureInfo.InvariantCulture;
        bool ok = true;
        ReadOnlyMemory<byte> bytes = type switch
        {
            DataType.Boolean => Bytes(p => Truth(p, ref ok)),
            DataType.Float32 or DataType.Undefined => Bytes(p => Number(float.TryParse(p, NumberStyles.Float, c, out float v), v, ref ok)),
            DataType.Float64 => Bytes(p => Number(double.TryParse(p, NumberStyles.Float, c, out double v), v, ref ok)),
            DataType.Int32 => Bytes(p => Number(int.TryParse(p, NumberStyles.Integer, c, out int v), v, ref ok)),
            DataType.Int64 => Bytes(p => Number(long.TryParse(p, NumberStyles.Integer, c, out long v), v, ref ok)),
            DataType.UInt8 => Bytes(p => Number(byte.TryParse(p, NumberStyles.Integer, c, out byte v), v, ref ok)),
            _ => throw new UsageException($"inputs of type {type} cannot be frozen, '{name}' is one", "--freeze"),
        };
        return ok
            ? new DenseTensorData(type == DataType.Undefined ? DataType.Float32 : type, shape, bytes)
            : throw new UsageException($"'{text}' is no value of type {type} for '{name}'", "--freeze");

        byte[] Bytes<T>(Func<string, T> parse)
            where T : unmanaged
        {
            T[] values = new T[shape.Count];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = parse(parts[parts.Length == 1 ? 0 : i]);
            }

            return System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        }
    }

    private static byte Truth(string text, ref bool ok)
    {
        bool isTrue = text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase);
        ok &= isTrue || text is "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase);
        return isTrue ? (byte)1 : (byte)0;
    }

    private static T Number<T>(bool parsed, T value, ref bool ok)
    {
        ok &= parsed;
        return value;
    }
}
