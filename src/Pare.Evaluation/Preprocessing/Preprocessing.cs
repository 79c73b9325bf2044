using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>
/// How a picture becomes a model's input: cropped, resized, then <c>value = (pixel - mean) / std * scale</c>. What is null is left to the next in precedence
/// (see <see cref="PreprocessingResolver"/>). Immutable.
/// </summary>
public sealed record Preprocessing
{
    /// <summary>What is taken where nobody says anything: TensorFlow 1's bilinear resizing, values from -1 to 1.</summary>
    public static Preprocessing Default { get; } = new()
    {
        Resize = ResizeMethod.BilinearTf1,
        Mean = [127.5],
        Std = [127.5],
        Scale = 1,
    };

    /// <summary>Size of the input; null for the model's.</summary>
    public ImageSize? Size { get; init; }

    /// <summary>How to resize; the default is <see cref="ResizeMethod.BilinearTf1"/>.</summary>
    public ResizeMethod? Resize { get; init; }

    /// <summary>The central part to keep before resizing, as a fraction of each side above 0 and up to 1; null keeps everything.</summary>
    public double? Crop { get; init; }

    /// <summary>What is subtracted, in grey levels: one number, or one a channel in the order of <see cref="Channels"/>; default 127.5.</summary>
    [JsonConverter(typeof(NumberListConverter))]
    public ImmutableArray<double>? Mean { get; init; }

    /// <summary>What is divided by, in grey levels: one number, or one a channel; not 0; default 127.5.</summary>
    [JsonConverter(typeof(NumberListConverter))]
    public ImmutableArray<double>? Std { get; init; }

    /// <summary>What is multiplied by last; default 1.</summary>
    public double? Scale { get; init; }

    /// <summary>Channels; null for the model's number of them, red first.</summary>
    public ChannelOrder? Channels { get; init; }

    /// <summary>Layout; null for the model's.</summary>
    public ImageLayout? Layout { get; init; }

    /// <summary>This record with what it leaves open taken from another.</summary>
    public Preprocessing Over(Preprocessing? other) => other is null ? this : new Preprocessing
    {
        Size = Size ?? other.Size,
        Resize = Resize ?? other.Resize,
        Crop = Crop ?? other.Crop,
        Mean = Mean ?? other.Mean,
        Std = Std ?? other.Std,
        Scale = Scale ?? other.Scale,
        Channels = Channels ?? other.Channels,
        Layout = Layout ?? other.Layout,
    };

    /// <summary>What is wrong with the record, all of it; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (Crop is { } crop && !(crop > 0 && crop <= 1))
        {
            problems.Add($"crop is {crop}; it must be above 0 and at most 1");
        }

        if (Mean is { } mean && (mean.Length is not (1 or 3) || !mean.All(double.IsFinite)))
        {
            problems.Add("mean must be one finite number, or three");
        }

        if (Std is { } std && (std.Length is not (1 or 3) || !std.All(d => double.IsFinite(d) && d != 0)))
        {
            problems.Add("std must be one finite number other than 0, or three");
        }

        if (Scale is { } scale && !double.IsFinite(scale))
        {
            problems.Add("scale must be a finite number");
        }

        return problems;
    }

    /// <inheritdoc/>
    public bool Equals(Preprocessing? other) => other is not null && Size == other.Size && Resize == other.Resize && Crop == other.Crop && Same(Mean, other.Mean)
        && Same(Std, other.Std) && Scale == other.Scale && Channels == other.Channels && Layout == other.Layout;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, Resize, Crop, Mean?[0], Std?[0], Scale, Channels, Layout);

    private static bool Same(ImmutableArray<double>? a, ImmutableArray<double>? b) => a.HasValue == b.HasValue && (a is null || a.Value.AsSpan().SequenceEqual(b!.Value.AsSpan()));
}
