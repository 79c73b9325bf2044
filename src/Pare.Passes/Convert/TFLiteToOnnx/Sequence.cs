namespace Pare.Passes.Conversion;

/// <summary>A recurrent layer run over time: its outputs, and its states behind the last step.</summary>
/// <param name="Outputs">The outputs of all steps, laid out as the data.</param>
/// <param name="States">The states.</param>
internal sealed record Sequence(Value Outputs, IReadOnlyList<Value> States)
{
    /// <summary>A single step.</summary>
    public static Sequence Once(OnnxBuilder b, Value x, Value[] states, Func<OnnxBuilder, Value, Value[], (Value Output, Value[] States)> step)
    {
        (Value output, Value[] after) = step(b, x, states);
        return new Sequence(output, after);
    }

    /// <summary>All steps along an axis, as ONNX's Scan.</summary>
    /// <param name="c">The node.</param>
    /// <param name="x">Data [batch, time, features], or with time first.</param>
    /// <param name="timeAxis">The axis that time runs along.</param>
    /// <param name="states">States before the first step.</param>
    /// <param name="step">Emits a step: data [batch, features] and states in, output and states out.</param>
    /// <param name="reverse">Whether time runs from the end; outputs stand at their own time.</param>
    public static Sequence Over(TFLiteContext c, Value x, int timeAxis, Value[] states, Func<OnnxBuilder, Value, Value[], (Value Output, Value[] States)> step, bool reverse)
    {
        OnnxBuilder b = c.Onnx;
        Graph body = new(b.MakeName($"{b.Prefix}/step"));
        OnnxBuilder inner = new(body, b);
        Value Input(Value like, SymbolicShape? shape)
        {
            Value input = new(b.MakeName($"{b.Prefix}/step/in"), like.Type, shape);
            body.Inputs.Add(input);
            return input;
        }

        Value[] before = [.. states.Select(s => Input(s, s.Shape))];
        SymbolicShape? slice = x.Shape is { Rank: 3 } shape ? new SymbolicShape(shape[1 - timeAxis], shape[2]) : null;
        (Value output, Value[] after) = step(inner, Input(x, slice), before);
        foreach (Value v in (Value[])[.. after, output])
        {
            // An output must be made within the body, and be named once.
            Value made = inner.Emit("Identity", [v]);
            body.Outputs.Add(made);
        }

        long direction = reverse ? 1 : 0;
        IReadOnlyList<Value> results = b.Emit(
            "Scan",
            [.. states, x],
            states.Length + 1,
            ("body", AttributeValue.Of(body)),
            ("num_scan_inputs", AttributeValue.Of(1L)),
            ("scan_input_axes", OnnxBuilderHelpers.Ints(timeAxis)),
            ("scan_output_axes", OnnxBuilderHelpers.Ints(timeAxis)),
            ("scan_input_directions", OnnxBuilderHelpers.Ints(direction)),
            ("scan_output_directions", OnnxBuilderHelpers.Ints(direction)));
        for (int i = 0; i < states.Length; i++)
        {
            results[i].Type = states[i].Type;
            results[i].Shape = states[i].Shape;
        }

        Value outputs = results[^1];
        outputs.Type = output.Type;
        outputs.Shape = output.Shape is { Rank: 2 } o ? (timeAxis == 0 ? new SymbolicShape(x.Shape?[0] ?? default, o[0], o[1]) : new SymbolicShape(o[0], x.Shape?[1] ?? default, o[1])) : null;
        return new Sequence(outputs, [.. results.Take(states.Length)]);
    }
}
