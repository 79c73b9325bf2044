using System.Collections.Immutable;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Quantization parameters, read and written. The table they came from is kept beside, so that what the graph does not hold comes back.</summary>
internal static class TFLiteQuantization
{
    /// <summary>Reads a tensor's parameters; null where it has none that say anything.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rank">Rank of the tensor.</param>
    /// <param name="others">Content of another tensor of the subgraph, as binary32, or null where it has none.</param>
    /// <param name="place">The tensor, for errors.</param>
    public static QuantizationParameters? Read(FlatObject? table, int rank, Func<long, TensorData?> others, string place)
    {
        if (table is null)
        {
            return null;
        }

        ImmutableArray<float> scales = table.Vector("scale")?.ToFloats() ?? [];
        ImmutableArray<long> zeroPoints = table.Vector("zero_point")?.ToIntegers() ?? [];
        ImmutableArray<float> minima = table.Vector("min")?.ToFloats() ?? [];
        ImmutableArray<float> maxima = table.Vector("max")?.ToFloats() ?? [];
        long axis = table.Integer("quantized_dimension");
        int group = 0;
        FlatObject? details = table.Table("details");
        if (details?.Type.Name is "BlockwiseQuantization" or "MultiAxisQuantization")
        {
            group = (int)details.Integer("block_size");
            if (group < 0)
            {
                throw new GraphException($"{place} is quantized in blocks of {group}");
            }

            scales = [.. others(details.Integer("scales"))?.ToFloats() ?? throw new GraphException($"the scales of {place} are no tensor with a content")];
            zeroPoints = details.Integer("zero_points") is > 0 and long zero && others(zero) is { } points ? [.. points.ToInt64s()] : [];
        }

        if (scales.IsEmpty && zeroPoints.IsEmpty && minima.IsEmpty && maxima.IsEmpty && details is null)
        {
            return null;
        }

        if (zeroPoints.Length > scales.Length || (group == 0 && scales.Length > 1 && (axis < 0 || axis >= rank)))
        {
            throw new GraphException($"{place} has {scales.Length} scales and {zeroPoints.Length} zero points along dimension {axis} of {rank}");
        }

        return new QuantizationParameters
        {
            Scales = scales,
            ZeroPoints = zeroPoints,
            Axis = scales.Length > 1 ? (int)axis : null,
            GroupSize = group,
            Minima = minima,
            Maxima = maxima,
            Extension = table,
        };
    }

    /// <summary>Makes the table of parameters that are per tensor or per axis.</summary>
    /// <exception cref="GraphException">They are in groups, whose scales are a tensor of their own.</exception>
    public static FlatObject Write(QuantizationParameters quantization, string place)
    {
        if (quantization.GroupSize > 0)
        {
            throw new GraphException($"{place} is quantized in groups, which stand in a tensor of their own");
        }

        FlatObject table = TFLiteSchema.New("QuantizationParameters");
        if (!quantization.Minima.IsDefaultOrEmpty)
        {
            table["min"] = FlatVector.Of(quantization.Minima.AsSpan());
            table["max"] = FlatVector.Of(quantization.Maxima.AsSpan());
        }

        if (!quantization.Scales.IsDefaultOrEmpty)
        {
            table["scale"] = FlatVector.Of(quantization.Scales.AsSpan());

            // The runtime refuses scales without as many zero points.
            table["zero_point"] = FlatVector.Of(quantization.ZeroPoints.IsDefaultOrEmpty ? new long[quantization.Scales.Length] : quantization.ZeroPoints.AsSpan());
            table["quantized_dimension"] = (long)(quantization.Axis ?? 0);
        }

        return table;
    }
}
