namespace Pare;

/// <summary>Which functions TensorFlow nodes call or refer to.</summary>
public static class FunctionCalls
{
    /// <summary>The function that a node calls at once (not by control flow), or null.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isFunction">Whether a name is a function's: TensorFlow 1 calls functions by nodes whose operator is the name.</param>
    public static FunctionReference? CalleeOf(Node node, Func<string, bool> isFunction)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(isFunction);
        if (node.Operator is "PartitionedCall" or "StatefulPartitionedCall")
        {
            return node.Attributes.TryGetValue("f", out AttributeValue? f) && f.Kind == AttributeKind.Function ? f.AsFunction : null;
        }

        return isFunction(node.Operator) ? new FunctionReference(node.Operator, node.Attributes.ToDictionary(StringComparer.Ordinal)) : null;
    }

    /// <summary>Names of all functions that a node refers to, by attributes or by its operator.</summary>
    public static IEnumerable<string> ReferencesOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        yield return node.Operator;
        foreach (AttributeValue a in node.Attributes.Values)
        {
            if (a.Kind == AttributeKind.Function)
            {
                yield return a.AsFunction.Name;
            }
            else if (a.Kind == AttributeKind.Functions)
            {
                foreach (FunctionReference f in a.AsFunctions)
                {
                    yield return f.Name;
                }
            }
        }
    }

    /// <summary>Element type of a call's output by its <c>Tout</c>; undefined where it does not say.</summary>
    public static DataType OutputTypeOf(Node call, int output)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.Attributes.TryGetValue("Tout", out AttributeValue? t) && t.Kind == AttributeKind.Types && output < t.AsTypes.Length ? t.AsTypes[output] : DataType.Undefined;
    }
}
