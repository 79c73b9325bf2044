using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Pare.Evaluation;

namespace Pare.Cli;

/// <summary>Options that say how a picture becomes a model's input. What is left out is sought beside the model, then assumed.</summary>
internal sealed class PreprocessingOptions
{
    private readonly Option<string?> _file = new("--preprocess") { Description = "Read the preprocessing from a JSON file", HelpName = "FILE" };
    private readonly Option<string?> _size = new("--size") { Description = "Size of the input, such as 128 or 160x128 (default: the model's)", HelpName = "SIZE" };
    private readonly Option<string?> _resize = new("--resize") { Description = $"How to resize: {string.Join(", ", ResizeMethods.Names)} (default: bilinear-tf1)", HelpName = "METHOD" };
    private readonly Option<double?> _crop = new("--crop") { Description = "Central part to keep before resizing, as a fraction of each side", HelpName = "F" };
    private readonly Option<string?> _mean = new("--mean") { Description = "Subtracted, in grey levels: one number or one a channel (default: 127.5)", HelpName = "M" };
    private readonly Option<string?> _std = new("--std") { Description = "Divided by, in grey levels: one number or one a channel (default: 127.5)", HelpName = "S" };
    private readonly Option<double?> _scale = new("--scale") { Description = "Multiplied by last (default: 1)", HelpName = "K" };
    private readonly Option<string?> _channels = new("--channels") { Description = "rgb, bgr or gray (default: the model's number of channels, red first)", HelpName = "ORDER" };
    private readonly Option<string?> _layout = new("--layout") { Description = "nhwc or nchw (default: the model's)", HelpName = "LAYOUT" };

    public PreprocessingOptions()
    {
        _resize.AcceptOnlyFromAmong([.. ResizeMethods.Names]);
        _channels.AcceptOnlyFromAmong("rgb", "bgr", "gray");
        _layout.AcceptOnlyFromAmong("nhwc", "nchw");
    }

    public IEnumerable<Symbol> Symbols => [_size, _resize, _crop, _mean, _std, _scale, _channels, _layout, _file];

    /// <summary>What the options, the file they name and the file beside the model say; null members are left to assumptions.</summary>
    public Preprocessing? Resolve(VerbContext context, string model) => PreprocessingResolver.Resolve(model, Read(context), context.Get(_file));

    private Preprocessing Read(VerbContext context) => new()
    {
        Size = context.Get(_size) is { } size ? ImageSize.Parse(size) : null,
        Resize = context.Get(_resize) is { } resize ? ResizeMethods.Parse(resize) : null,
        Crop = context.Get(_crop),
        Mean = Numbers(context.Get(_mean), "--mean"),
        Std = Numbers(context.Get(_std), "--std"),
        Scale = context.Get(_scale),
        Channels = context.Get(_channels) switch { "rgb" => ChannelOrder.Rgb, "bgr" => ChannelOrder.Bgr, "gray" => ChannelOrder.Gray, _ => null },
        Layout = context.Get(_layout) switch { "nhwc" => ImageLayout.Nhwc, "nchw" => ImageLayout.Nchw, _ => null },
    };

    private static ImmutableArray<double>? Numbers(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        double[] numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw new UsageException($"{option} {text}: expected a number, or three separated by commas", option);
            }
        }

        return ImmutableArray.Create(numbers);
    }
}
