using System.Collections.Immutable;
using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Preprocessing with nothing left open, fitted to one input of a model. Immutable and thread-safe.</summary>
public sealed record PreprocessingPlan
{
    private PreprocessingPlan()
    {
    }

    /// <summary>The input that receives the picture.</summary>
    public required ValueDescription Input { get; init; }

    /// <summary>The settings, all of them set.</summary>
    public required Preprocessing Settings { get; init; }

    /// <summary>Shape of one picture's values, without the batch; for an input without a batch dimension, the whole shape.</summary>
    public required TensorShape SampleShape { get; init; }

    /// <summary>Whether the input has a batch dimension in front.</summary>
    public required bool HasBatch { get; init; }

    /// <summary>Scale and zero point of an integer input; null where values are given as they are.</summary>
    public QuantizationParameters? Quantization { get; init; }

    /// <summary>Says which settings nobody gave, for the user to see; null where normalization and resizing were given.</summary>
    public string? Assumption { get; init; }

    /// <summary>Fits preprocessing to an input.</summary>
    /// <param name="given">What was given, by precedence; null for nothing.</param>
    /// <param name="input">The model's input.</param>
    /// <param name="usualLayout">The layout to take where the shape does not tell (NHWC for TensorFlow and TFLite, NCHW for ONNX).</param>
    /// <param name="quantization">How integers of the input stand for real values, where the model says so.</param>
    /// <exception cref="UsageException">The input takes no pictures, or the settings do not fit it; the message says what to give.</exception>
    public static PreprocessingPlan Create(Preprocessing? given, ValueDescription input, ImageLayout usualLayout, QuantizationParameters? quantization = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        IReadOnlyList<string> problems = given?.Validate() ?? [];
        if (problems.Count > 0)
        {
            throw new UsageException("preprocessing: " + string.Join("; ", problems));
        }

        if (!input.Type.IsFloat() && !input.Type.IsInteger() && !input.Type.IsQuantized())
        {
            throw new UsageException($"the input '{input.Name}' is of type {input.Type}, which no picture can be fed to; give data as .npz or .csv");
        }

        bool quantized = quantization is { Scales.Length: 1 } && !input.Type.IsFloat();

        // Integers without a scale are most often the pixels themselves.
        Preprocessing defaults = input.Type.IsFloat() || quantized ? Preprocessing.Default : Preprocessing.Default with { Mean = [0], Std = [1] };
        Preprocessing settings = (given ?? new Preprocessing()).Over(defaults);
        InputGeometry geometry = InputGeometry.Of(input, given, usualLayout);
        settings = settings with
        {
            Size = new ImageSize(geometry.Width, geometry.Height),
            Channels = given?.Channels ?? (geometry.Channels == 1 ? ChannelOrder.Gray : ChannelOrder.Rgb),
            Layout = geometry.Layout,
            Crop = given?.Crop ?? 1,
        };
        int channels = settings.Channels == ChannelOrder.Gray ? 1 : 3;
        if (settings.Mean!.Value.Length > channels || settings.Std!.Value.Length > channels)
        {
            throw new UsageException("mean and std must be one number each for a model of one channel");
        }

        bool assumed = given is null || (given.Mean is null && given.Std is null && given.Scale is null);
        return new PreprocessingPlan
        {
            Input = input,
            Settings = settings,
            SampleShape = geometry.SampleShape,
            HasBatch = geometry.HasBatch,
            Quantization = quantized ? quantization : null,
            Assumption = assumed ? $"no preprocessing was given: assuming {Describe(settings)}" : null,
        };
    }

    /// <summary>The settings in one line, such as <c>128x128 rgb nhwc, bilinear-tf1, (pixel - 127.5) / 127.5</c>.</summary>
    public override string ToString() => Describe(Settings);

    private static string Describe(Preprocessing s)
    {
        string crop = s.Crop is { } c and < 1 ? string.Create(CultureInfo.InvariantCulture, $", central {c:0.###} of each side") : "";
        string scale = s.Scale is { } k and not 1 ? string.Create(CultureInfo.InvariantCulture, $" * {k}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{s.Size!.Value.Width}x{s.Size.Value.Height} {s.Channels.ToString()!.ToLowerInvariant()} {s.Layout.ToString()!.ToLowerInvariant()}{crop}, {ResizeMethods.NameOf(s.Resize!.Value)}, (pixel - {List(s.Mean!.Value)}) / {List(s.Std!.Value)}{scale}");
    }

    private static string List(ImmutableArray<double> values)
    {
        string text = string.Join(",", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
        return values.Length == 1 ? text : $"[{text}]";
    }
}
