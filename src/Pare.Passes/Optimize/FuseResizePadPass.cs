namespace Pare.Passes.Optimize;

/// <summary>
/// Fuses the resize and the padding before a convolution into it, for targets that have TensorFlow's FusedResizeAndPadConv2D and FusedPadConv2D (TensorFlow's CPU; no mobile converter). Rules: ResizeBilinear,
/// MirrorPad or Pad, or ResizeBilinear then padding, each with the convolution as its only consumer, before an NHWC Conv2D without dilation. Not part of the default pipeline.
/// </summary>
public sealed class FuseResizePadPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "fuse_resize_pad";

    /// <inheritdoc/>
    public override string Summary => "fuse resizes and paddings into the convolution behind them";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-5;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return [];
        }

        UniqueNames names = new(model.Graph);
        foreach (Node conv in model.Graph.Nodes)
        {
            if (conv.Operator != "Conv2D" || conv.Inputs.Count != 2 || ElementTypes.Infer(conv.Output) != DataType.Float32 || conv.Attributes.GetString("data_format", "NHWC") != "NHWC"
                || (conv.Attributes.GetIntegers("dilations") ?? []).Any(d => d != 1) || conv.Attributes.GetString("padding") is not ("SAME" or "VALID"))
            {
                continue;
            }

            // Only mirrored borders: the fused operators know REFLECT and SYMMETRIC, not zeros.
            Node? pad = Before(conv, "MirrorPad");
            Node? resize = Before(pad ?? conv, "ResizeBilinear");
            if (resize is not null && (resize.Attributes.GetBoolean("half_pixel_centers") || ElementTypes.Infer(resize.Inputs[0]!) != DataType.Float32 || ElementTypes.Infer(resize.Inputs[1]!) != DataType.Int32))
            {
                resize = null;
            }

            if ((pad is null && resize is null) || (pad is not null && ElementTypes.Infer(pad.Inputs[1]!) != DataType.Int32))
            {
                continue;
            }

            Fuse(model, conv, pad, resize, names);
            log.Add(resize is null ? "padding fused" : pad is null ? "resize fused" : "resize and padding fused");
        }

        return log.ToChanges();
    }

    private static void Fuse(Model model, Node conv, Node? pad, Node? resize, UniqueNames names)
    {
        Node first = resize ?? pad!;
        Value source = first.Inputs[0]!;
        Value filter = conv.Inputs[1]!;
        Value paddings = pad?.Inputs[1] ?? GraphEditing.CreateConstant(model, conv, names.Make($"{conv.Name}_dummy_paddings"), DenseTensorData.Create(new int[8], new TensorShape(4, 2)));
        string mode = pad?.Attributes.GetString("mode", "REFLECT") ?? "REFLECT";
        AttributeValue strides = conv.Attributes["strides"];
        AttributeValue padding = conv.Attributes["padding"];
        conv.SetInputs(resize is null ? [source, paddings, filter] : [source, resize.Inputs[1]!, paddings, filter]);
        conv.Operator = resize is null ? "FusedPadConv2D" : "FusedResizeAndPadConv2D";
        conv.Extension = null;
        foreach (string key in conv.Attributes.Keys.ToArray())
        {
            conv.Attributes.Remove(key);
        }

        conv.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        if (resize is not null)
        {
            conv.Attributes["resize_align_corners"] = AttributeValue.Of(resize.Attributes.GetBoolean("align_corners"));
        }

        conv.Attributes["mode"] = AttributeValue.Of(mode);
        conv.Attributes["strides"] = strides;
        conv.Attributes["padding"] = padding;
        Unused.Remove(model.Vocabulary, (pad ?? resize)!.Output);
    }

    private static Node? Before(Node node, string @operator) =>
        node.Inputs[0] is { Producer: { } p, Uses.Count: 1 } v && p.Operator == @operator && p.Inputs.Count == 2 && p.ControlInputs.Count == 0 && p.ControlDependents.Count == 0 && !p.Graph.IsOutput(v) ? p : null;
}
