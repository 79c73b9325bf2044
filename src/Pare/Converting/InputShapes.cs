using System.Globalization;

namespace Pare.Workflows;

/// <summary>Says the shapes of inputs that a model leaves open.</summary>
internal static class InputShapes
{
    /// <summary>Sets shapes by the inputs' names; of TensorFlow with or without <c>:0</c>.</summary>
    /// <exception cref="UsageException">A name is no input's, a text is no shape, or a shape contradicts what the model says.</exception>
    public static void Apply(Model model, IReadOnlyDictionary<string, string> shapes)
    {
        foreach ((string name, string text) in shapes)
        {
            Value input = model.Graph.Inputs.FirstOrDefault(v => v.Name == name) ?? model.Graph.Inputs.FirstOrDefault(v => v.Name == name + ":0")
                ?? throw new UsageException($"'{name}' is no input of the model; its inputs are {string.Join(", ", model.Graph.Inputs.Select(v => $"'{v.Name}'"))}", "--shape");
            SymbolicShape shape = Parse(name, text);
            if (input.Shape is { } said && (said.Rank != shape.Rank || said.Dimensions.Zip(shape.Dimensions).Any(d => d.First.Value is { } a && d.Second.Value is { } b && a != b)))
            {
                throw new UsageException($"the shape {shape} contradicts the model, whose input '{input.Name}' is {said}", "--shape");
            }

            input.Shape = input.Shape is { } known ? new SymbolicShape([.. known.Dimensions.Zip(shape.Dimensions, (k, s) => s.Value is null ? k : s)]) : shape;
            if (input.Producer is { Operator: "Placeholder" } placeholder)
            {
                placeholder.Attributes["shape"] = AttributeValue.OfShape(input.Shape);
            }
        }
    }

    private static SymbolicShape Parse(string name, string text)
    {
        List<Dimension> dimensions = [];
        foreach (string part in text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries))
        {
            bool open = part is "-1" or "?";
            if (!open && !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new UsageException($"--shape {name}={text}: expected extents separated by commas, such as 1,160,160,3 (-1 for one that stays open)", "--shape");
            }

            dimensions.Add(open ? Dimension.Unknown : int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        return new SymbolicShape([.. dimensions]);
    }
}
