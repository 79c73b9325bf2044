using System.Text;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// Finds what a variable holds: by the assignments that the restoring part of the graph makes, which is how TensorFlow itself tells, else by the variable's name
/// in the checkpoint or in its object graph.
/// </summary>
internal sealed class SavedModelVariables(TensorBundle? bundle, Node? restore, Model model)
{
    private readonly Dictionary<string, (string Key, string Slice)> _assigned = new(StringComparer.Ordinal);

    /// <summary>Reads the assignments, which must still stand in the graph.</summary>
    public void ReadAssignments()
    {
        if (restore is null)
        {
            return;
        }

        HashSet<Node> seen = [restore];
        Stack<Node> stack = new(seen);
        while (stack.TryPop(out Node? node))
        {
            if (node.Operator is "AssignVariableOp" or "Assign" && Root(node.InputOrDefault(0)) is { Operator: "VarHandleOp" or "VariableV2" or "Variable" } variable
                && Root(node.InputOrDefault(1), out Value? source) is { Operator: "RestoreV2" } restoring
                && Text(restoring, 1, source!.OutputIndex) is { Length: > 0 } key)
            {
                _assigned[variable.Name] = (key, Text(restoring, 2, source.OutputIndex) ?? "");
            }

            foreach (Node before in node.ControlInputs.Concat(node.Inputs.Select(v => v?.Producer).OfType<Node>()))
            {
                if (seen.Add(before))
                {
                    stack.Push(before);
                }
            }
        }
    }

    /// <summary>The content of a variable, or null where the checkpoint does not have it.</summary>
    /// <exception cref="ModelFormatException">The checkpoint is damaged, or what it holds does not fit the variable.</exception>
    public TensorData? Find(Node variable)
    {
        if (bundle is null)
        {
            return null;
        }

        TensorData? content;
        string key;
        if (_assigned.TryGetValue(variable.Name, out (string Key, string Slice) assigned))
        {
            key = assigned.Key;
            content = assigned.Slice.Length > 0 ? bundle.FindSlice(key, assigned.Slice) : bundle.Find(key);
        }
        else
        {
            string shared = variable.Attributes.GetString("shared_name", "");
            key = shared.Length > 0 ? shared : variable.Name;
            content = bundle.Find(key) ?? (bundle.KeyOf(key) is { } other ? bundle.Find(other) : null);
        }

        if (content is null)
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the checkpoint has no tensor '{key}'; the variable stays without a value", $"node '{variable.Name}'"));
            return null;
        }

        DataType type = variable.Attributes.GetDataType("dtype");
        if (content.Type != type && type != DataType.Undefined)
        {
            throw new ModelFormatException(TensorBundle.Label, $"the variable is {type}, but the checkpoint's '{key}' is {content.Type}", node: variable.Name);
        }

        return content;
    }

    private static Node? Root(Value? value) => Root(value, out _);

    private static Node? Root(Value? value, out Value? root)
    {
        for (int i = 0; i < 1000 && value?.Producer is { Operator: "Identity" or "RefIdentity" } p; i++)
        {
            value = p.InputOrDefault(0);
        }

        root = value;
        return value?.Producer;
    }

    // The restoring node's names and slices are constant lists of strings.
    private static string? Text(Node restoring, int input, int index)
        => Root(restoring.InputOrDefault(input))?.Output.Constant is { Type: DataType.String } list && list.GetStrings() is { } strings && index < strings.Count
            ? Encoding.UTF8.GetString(strings[index].Span)
            : null;
}
