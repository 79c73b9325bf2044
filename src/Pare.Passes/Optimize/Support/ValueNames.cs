namespace Pare.Passes.Optimize;

/// <summary>Finds values by the names a person gives: <c>node</c>, <c>node:1</c>, or a value's own name.</summary>
internal static class ValueNames
{
    /// <summary>The value of a name.</summary>
    /// <exception cref="UsageException">There is none; near names are suggested.</exception>
    public static Value Resolve(Model model, string name, string option)
    {
        string wanted = name.Trim();
        if (model.Graph.FindValue(wanted) is { } found)
        {
            return found;
        }

        int colon = wanted.LastIndexOf(':');
        if (model.Vocabulary.NodeNamesAreUnique)
        {
            string nodeName = colon > 0 ? wanted[..colon] : wanted;
            int index = 0;
            if ((colon < 0 || int.TryParse(wanted.AsSpan(colon + 1), out index)) && index is >= 0 and < 4096 && model.Graph.FindNode(nodeName) is { } node)
            {
                return node.GetOrAddOutput(index);
            }
        }
        else if (colon > 0 && wanted.EndsWith(":0", StringComparison.Ordinal) && model.Graph.FindValue(wanted[..colon]) is { } bare)
        {
            return bare;
        }

        IEnumerable<string> known = model.Graph.Inputs.Select(v => v.Name).Concat(model.Graph.Nodes.Where(n => n.Outputs.Count == 0 || !n.Output.IsConstant).Select(n => n.Name)).Concat(model.Graph.Nodes.SelectMany(n => n.Outputs).Where(v => v.HasOwnName).Select(v => v.Name));
        throw new UsageException($"the model has no value named '{name}'{NearNames.Suggest(wanted, known)}", option);
    }
}
