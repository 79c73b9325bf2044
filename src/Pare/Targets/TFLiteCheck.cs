namespace Pare.Workflows;

/// <summary>What the TFLite runtimes' checks share.</summary>
internal static class TFLiteCheck
{
    /// <summary>All nodes of all subgraphs for which there is a reason.</summary>
    public static IReadOnlyList<UnsupportedNode> Find(Model model, string runtime, Func<Node, string?> why)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            throw new UsageException($"{runtime} runs TFLite models; this model speaks {model.Vocabulary.Name}: convert it to .tflite first", "--target");
        }

        List<UnsupportedNode> found = [];
        foreach (Node n in model.Subgraphs.Prepend(model.Graph).SelectMany(g => g.Nodes))
        {
            if (why(n) is { } reason)
            {
                found.Add(new UnsupportedNode(n.Name, n.Operator, reason));
            }
        }

        return found;
    }
}
