namespace Pare.Formats.TensorFlow;

/// <summary>Says of what type and shape values are where an attribute tells it without inference.</summary>
internal static class GraphDefValueTypes
{
    // Up to this producer version (and where none is given) TensorFlow could not tell a scalar Placeholder from one of unknown shape.
    private const long LastWithoutPlaceholderShapes = 21;

    public static void Assign(List<Node> nodes, List<OperatorTraits> traits, GraphDefExtension extension)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            Node node = nodes[i];
            if (node.Outputs.Count == 0 || node.Output.IsConstant)
            {
                continue;
            }

            OperatorKind kind = traits[i].Kind;
            string? attribute = node.Operator switch
            {
                "Cast" => "DstT",
                "Shape" or "Size" => "out_type",
                "ArgMax" or "ArgMin" => "output_type",
                "Placeholder" or "PlaceholderV2" or "PlaceholderWithDefault" => "dtype",
                _ => kind is OperatorKind.Identity or OperatorKind.Linear or OperatorKind.BiasAdd or OperatorKind.Activation or OperatorKind.Pool ? "T" : null,
            };
            if (attribute is null)
            {
                continue;
            }

            node.Output.Type = node.Attributes.GetDataType(attribute);
            if (attribute == "dtype" && node.Attributes.TryGetValue("shape", out AttributeValue? shape) && shape is { Kind: AttributeKind.Shape, AsShape: { } known })
            {
                node.Output.Shape = known.Rank == 0 && extension.Producer is null or <= LastWithoutPlaceholderShapes && kind == OperatorKind.Placeholder ? null : known;
            }
        }
    }
}
