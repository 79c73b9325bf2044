using System.Text.Json;

namespace Pare.Passes.Conversion;

/// <summary>Slices in brackets: Keras 2's <c>SlicingOpLambda</c>; Keras 3's <c>GetItem</c> comes here too.</summary>
internal static class SlicingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("SlicingOpLambda", c => Slice(c, new CallArguments(c).Element("slice_spec", 1))),
    ];

    /// <summary>Cuts the call's first tensor by a slice, an index, or several of them.</summary>
    public static void Slice(LayerContext c, JsonElement? given)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Raw(0);
        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        JsonElement key = Unwrapped(given ?? throw new LoweringException("the slice is missing"));
        JsonElement[] items = key.ValueKind == JsonValueKind.Array ? [.. key.EnumerateArray().Select(Unwrapped)] : [key];
        int taken = items.Count(i => !IsEllipsis(i) && i.ValueKind != JsonValueKind.Null);
        List<long> begin = [];
        List<long?> end = [];
        List<long> strides = [];
        List<int> dropped = [];
        List<int> added = [];
        foreach (JsonElement item in items)
        {
            if (IsEllipsis(item))
            {
                for (int i = taken; i < rank; i++)
                {
                    Whole(begin, end, strides);
                }
            }
            else if (item.ValueKind == JsonValueKind.Null)
            {
                added.Add(begin.Count - dropped.Count + added.Count);
            }
            else if (item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long index))
            {
                dropped.Add(begin.Count);
                begin.Add(index);
                end.Add(index == -1 ? null : index + 1);
                strides.Add(1);
            }
            else if (item.ValueKind == JsonValueKind.Object)
            {
                JsonElement bounds = item.TryGetProperty("config", out JsonElement config) ? config : item;
                long step = Bound(bounds, "step") ?? 1;
                if (step == 0)
                {
                    throw new LoweringException("a slice has a step of 0");
                }

                begin.Add(Bound(bounds, "start") ?? (step > 0 ? 0 : -1));
                end.Add(Bound(bounds, "stop"));
                strides.Add(step);
            }
            else
            {
                throw new LoweringException("a slice is computed, or of a kind that is not carried over");
            }
        }

        while (begin.Count < rank)
        {
            Whole(begin, end, strides);
        }

        Value y = b.Slice(x, begin.ToArray(), end.ToArray(), strides.ToArray());
        foreach (int axis in dropped.OrderDescending())
        {
            y = b.Squeeze(y, axis);
        }

        c.SetOutput(added.Aggregate(y, (v, axis) => b.ExpandDims(v, axis)));
    }

    private static void Whole(List<long> begin, List<long?> end, List<long> strides)
    {
        begin.Add(0);
        end.Add(null);
        strides.Add(1);
    }

    private static bool IsEllipsis(JsonElement e) => (e.ValueKind == JsonValueKind.String && e.GetString() is "..." or "__ellipsis__" or "Ellipsis")
        || (e.ValueKind == JsonValueKind.Object && e.TryGetProperty("class_name", out JsonElement n) && n.ValueEquals("__ellipsis__"));

    private static JsonElement Unwrapped(JsonElement e) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("class_name", out JsonElement n) && n.ValueKind == JsonValueKind.String && n.GetString() is "__tuple__" or "__list__"
        && e.TryGetProperty("config", out JsonElement c) && c.ValueKind == JsonValueKind.Object && c.TryGetProperty("value", out JsonElement v) ? v : e;

    private static long? Bound(JsonElement e, string name) => !e.TryGetProperty(name, out JsonElement v) || v.ValueKind == JsonValueKind.Null ? null
        : v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out long bound) ? bound : throw new LoweringException("a slice is computed, or of a kind that is not carried over");
}
