namespace Pare.Passes.Optimize;

/// <summary>Stores a constant table of rows, most of them zero, that only gathers along its first axis read, by its rows that are not zero: a Gather of row numbers, then a Gather of the rows kept (the first of which is zero). The Graph Transform Tool puts a hash table there, which must be filled before the first run; two gathers need no such thing. Only where the graph shrinks.</summary>
public sealed class SparsifyGatherPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "sparsify_gather";

    /// <inheritdoc/>
    public override string Summary => "store mostly-zero embedding tables by their rows that are not zero";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        UniqueNames names = new(model.Graph);
        foreach (Node table in model.Graph.Nodes)
        {
            if (table.Operator != "Const" || table.Outputs.Count == 0 || table.Output.Constant is not { Type: DataType.Float32, Shape.Rank: 2 } content || content.Count == 0 || model.Graph.IsOutput(table.Output)
                || table.Output.Uses.Count == 0 || !table.Output.Uses.All(IsRowGather))
            {
                continue;
            }

            int rows = (int)content.Shape[0];
            int width = (int)content.Shape[1];
            float[] values = content.ToFloats();
            int[] places = new int[rows];
            List<float> kept = [.. new float[width]];
            for (int r = 0; r < rows; r++)
            {
                ReadOnlySpan<float> row = values.AsSpan(r * width, width);
                if (row.ContainsAnyExcept(0f))
                {
                    places[r] = kept.Count / width;
                    kept.AddRange(row);
                }
            }

            if (kept.Count + rows >= values.Length)
            {
                continue;
            }

            Value index = GraphEditing.CreateConstant(model, table, names.Make($"{table.Name}_rows"), DenseTensorData.Create(places, new TensorShape(rows)));
            foreach (Use use in table.Output.Uses.ToArray())
            {
                Node gather = use.Node;
                Node lookup = model.Graph.CreateNodeBefore(gather, names.Make($"{gather.Name}_row"), gather.Operator, [index, .. gather.Inputs.Skip(1)]);
                foreach ((string key, AttributeValue value) in gather.Attributes)
                {
                    lookup.Attributes[key] = key is "Tparams" ? AttributeValue.Of(DataType.Int32) : value;
                }

                lookup.Output.Type = DataType.Int32;
                lookup.Device = gather.Device;
                gather.SetInput(1, lookup.Output);
                gather.Attributes["Tindices"] = AttributeValue.Of(DataType.Int32);
                log.Add("gathers made sparse");
            }

            GraphEditing.SetConstant(table.Output, DenseTensorData.Create(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept), new TensorShape(kept.Count / width, width)));
        }

        return log.ToChanges();
    }

    private static bool IsRowGather(Use use) =>
        use.Index == 0 && (use.Node.Operator == "Gather" || (use.Node.Operator == "GatherV2" && ShapeFacts.Integers(use.Node, 2) is [0] && use.Node.Attributes.GetInteger("batch_dims") == 0));
}
