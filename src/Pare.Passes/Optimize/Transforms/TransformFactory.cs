using System.Globalization;

namespace Pare.Passes.Optimize;

/// <summary>What makes each transform's pass.</summary>
internal sealed class TransformFactory
{
    private readonly SortedDictionary<string, Func<TransformCall, OptimizeOptions, Pass>> _makers = new(StringComparer.Ordinal);

    public TransformFactory()
    {
        _makers["strip_unused"] = Strip;
        _makers["strip_unused_nodes"] = Strip;
        _makers["remove_training_nodes"] = (c, _) => new RemoveTrainingNodesPass(Flag(c, "placeholder_defaults"));
        _makers["freeze"] = (c, _) => new FreezePass(c.Arguments.ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal));
        _makers["remove_dead_branches"] = (_, _) => new RemoveDeadBranchesPass();
        _makers["remove_control_dependencies"] = (_, _) => new RemoveControlDependenciesPass();
        _makers["remove_identities"] = (_, _) => new RemoveIdentitiesPass();
        _makers["remove_no_ops"] = (_, _) => new SimplifyPass();
        _makers["remove_stale_colocations"] = (_, _) => new RemoveStaleColocationsPass();
        _makers["fold_batch_norms"] = (_, _) => new FoldBatchNormsPass();
        _makers["fold_old_batch_norms"] = (_, _) => new FoldBatchNormsPass();
        _makers["fold_constants"] = (_, o) => new FoldConstantsPass(o.FoldLimit);
        _makers["merge_linear"] = (_, _) => new MergeLinearPass();
        _makers["fuse_bias"] = (_, _) => new FuseBiasPass();
        _makers["merge_duplicate_nodes"] = (_, _) => new MergeDuplicateNodesPass();
        _makers["fuse_resize_pad"] = (_, _) => new FuseResizePadPass();
        _makers["fuse_resize_pad_and_conv"] = (_, _) => new FuseResizePadPass();
        _makers["add_default_attributes"] = (_, _) => new AddDefaultAttributesPass();
        _makers["obfuscate_names"] = (_, _) => new ObfuscateNamesPass();
        _makers["quantize_nodes"] = QuantizeNodes;
        _makers["quantize_weights"] = (c, _) => new QuantizeWeightsPass(Number(c, "minimum_size", 1024, 1));
        _makers["remove_attribute"] = (c, _) => new RemoveAttributePass(Needed(c, "attribute_name"), c.Get("op_name", "*"));
        _makers["remove_device"] = (_, _) => new SetDevicePass("");
        _makers["remove_nodes"] = (c, _) => new RemoveNodesPass(c.GetAll("op") is { Count: > 0 } operators ? operators : throw Missing(c, "op"), Number(c, "max_inputs", 1, 1));
        _makers["rename_attribute"] = (c, _) => new RenameAttributePass(Needed(c, "old_attribute_name"), Needed(c, "new_attribute_name"), c.Get("op_name", "*"));
        _makers["rename_op"] = (c, _) => new RenameOperatorPass(Needed(c, "old_op_name"), Needed(c, "new_op_name"));
        _makers["round_weights"] = (c, _) => new RoundWeightsPass(Number(c, "num_steps", 256, 1));
        _makers["set_device"] = (c, _) => new SetDevicePass(c.Get("device"), Flag(c, "if_default"));
        _makers["sparsify_gather"] = (_, _) => new SparsifyGatherPass();
        _makers["sort_by_execution_order"] = (_, _) => new SortByExecutionOrderPass();
    }

    public IReadOnlyList<string> Names => [.. _makers.Keys];

    public Pass Create(TransformCall call, OptimizeOptions options) =>
        _makers.TryGetValue(call.Name, out Func<TransformCall, OptimizeOptions, Pass>? make)
            ? make(call, options)
            : throw new UsageException($"there is no transform '{call.Name}'{NearNames.Suggest(call.Name, _makers.Keys)} Known: {string.Join(", ", _makers.Keys)}", "--transforms");

    private static StripUnusedPass Strip(TransformCall call, OptimizeOptions options)
    {
        Dictionary<string, (DataType? Type, SymbolicShape? Shape)> overrides = new(StringComparer.Ordinal);
        DataType? type = call.Get("type") is { Length: > 0 } t ? Type(t) : null;
        SymbolicShape? shape = call.Get("shape") is { Length: > 0 } s ? Shape(s) : null;
        foreach (string input in options.Inputs)
        {
            overrides[input] = (type, shape);
        }

        IReadOnlyList<string> named = call.GetAll("name");
        IReadOnlyList<string> types = call.GetAll("type_for_name");
        IReadOnlyList<string> shapes = call.GetAll("shape_for_name");
        if ((types.Count > 0 && types.Count != named.Count) || (shapes.Count > 0 && shapes.Count != named.Count))
        {
            throw new UsageException($"{call.Name}: {named.Count} names need as many type_for_name and shape_for_name, found {types.Count} and {shapes.Count}", "--transforms");
        }

        for (int i = 0; i < named.Count; i++)
        {
            overrides[named[i]] = (types.Count > 0 ? Type(types[i]) : type, shapes.Count > 0 ? Shape(shapes[i]) : shape);
        }

        // The Graph Transform Tool leaves placeholders as they are, optimize_for_inference bares them.
        return new StripUnusedPass([.. options.Inputs.Union(named)], options.Outputs) { Overrides = overrides, BarePlaceholders = call.Name == "strip_unused" };
    }

    private static QuantizeNodesPass QuantizeNodes(TransformCall call, OptimizeOptions options) => new()
    {
        IgnoredOperators = call.GetAll("ignore_op"),
        FallbackRange = Range(call, "fallback_min", "fallback_max"),
        InputRange = Range(call, "input_min", "input_max"),
    };

    private static (float Min, float Max)? Range(TransformCall call, string low, string high)
    {
        if (call.Get(low).Length + call.Get(high).Length == 0)
        {
            return null;
        }

        float min = Real(call, low);
        float max = Real(call, high);
        return min <= 0 && max >= 0 && min < max ? (min, max) : throw new UsageException($"{call.Name}: {low} and {high} must hold 0 between them, found {min.ToString(CultureInfo.InvariantCulture)} and {max.ToString(CultureInfo.InvariantCulture)}", "--transforms");
    }

    private static float Real(TransformCall call, string name) =>
        float.TryParse(Needed(call, name), NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) ? value
            : throw new UsageException($"{call.Name}: {name} must be a number, found '{call.Get(name)}'", "--transforms");

    private static string Needed(TransformCall call, string argument) => call.Get(argument) is { Length: > 0 } value ? value : throw Missing(call, argument);

    private static UsageException Missing(TransformCall call, string argument) => new($"{call.Name} needs the argument {argument}", "--transforms");

    internal static bool Flag(TransformCall call, string name) => call.Get(name, "false") switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        string other => throw new UsageException($"{call.Name}: {name} must be true or false, found '{other}'", "--transforms"),
    };

    internal static int Number(TransformCall call, string name, int defaultValue, int minimum)
    {
        string text = call.Get(name);
        return text.Length == 0 ? defaultValue
            : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && value >= minimum ? value
            : throw new UsageException($"{call.Name}: {name} must be a whole number of at least {minimum}, found '{text}'", "--transforms");
    }

    internal static DataType Type(string text) => text switch
    {
        "float" or "float32" or "DT_FLOAT" => DataType.Float32,
        "double" or "float64" or "DT_DOUBLE" => DataType.Float64,
        "half" or "float16" or "DT_HALF" => DataType.Float16,
        "int32" or "DT_INT32" => DataType.Int32,
        "int64" or "DT_INT64" => DataType.Int64,
        "uint8" or "DT_UINT8" => DataType.UInt8,
        "int8" or "DT_INT8" => DataType.Int8,
        "bool" or "DT_BOOL" => DataType.Boolean,
        "string" or "DT_STRING" => DataType.String,
        "quint8" or "DT_QUINT8" => DataType.QUInt8,
        _ => throw new UsageException($"'{text}' is no element type; expected float, double, half, int32, int64, uint8, int8, bool, string or quint8", "--transforms"),
    };

    private static SymbolicShape Shape(string text)
    {
        List<Dimension> dimensions = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            dimensions.Add(long.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out long d) && d >= -1
                ? d < 0 ? Dimension.Unknown : d
                : throw new UsageException($"'{text}' is no shape; expected whole numbers separated by commas, -1 for unknown", "--transforms"));
        }

        return new SymbolicShape([.. dimensions]);
    }
}
