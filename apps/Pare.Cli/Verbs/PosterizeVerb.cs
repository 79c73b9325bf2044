using System.CommandLine;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Posterizing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare posterize IMAGE -o OUT.png</c>.</summary>
internal sealed class PosterizeVerb : Verb
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "A picture: JPEG, PNG, BMP, GIF, WebP" };
    private readonly Option<string> _output = Arguments.Output("Where to write the PNG");
    private readonly Option<int?> _colors = new("--colors") { Description = "Colours of the whole picture, 1 to 256 (default: 32)", HelpName = "N" };
    private readonly Option<int?> _levels = new("--levels") { Description = "Instead: levels of each channel by itself, 2 to 256, as weights are clustered", HelpName = "N" };
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare posterize samples/petals/test/roses/roses-000.jpg -o roses_32.png --colors 32";

    protected override IEnumerable<Symbol> Symbols => [_image, _output, _colors, _levels, _force];

    protected override int Run(VerbContext context)
    {
        string path = context.GetRequired(_image);
        string output = context.Get(_output)!;
        if (!output.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"'{output}': the picture is written as .png", "--output");
        }

        if (context.Get(_colors) is not null && context.Get(_levels) is not null)
        {
            throw new UsageException("--colors and --levels exclude each other", "--colors");
        }

        using FileTransaction outputs = context.OpenOutputs(context.Get(_force));
        FileTransaction.CheckTarget(output, context.Get(_force));
        RgbImage image = ImageDecoder.DecodeFile(path);
        PosterizedImage result = context.Get(_levels) is { } levels ? Posterizer.ByChannels(image, levels) : Posterizer.ByColors(image, context.Get(_colors) ?? 32);
        Stream stream = outputs.Create(output);
        stream.Write(result.Png.Span);
        PosterizeReport report = new()
        {
            Input = FileReport.Of(path),
            Output = FileReport.Of(output, stream),
            OriginalPngBytes = result.OriginalPngBytes,
            Levels = result.Levels,
            PsnrDb = result.PsnrDb,
        };
        outputs.Commit();
        context.Print(report, ReportJson.Default.PosterizeReport, p => p.Pairs(
        [
            ("input", $"{report.Input.File}  {Show.Bytes(report.Input.Bytes)} bytes, as PNG {Show.Bytes(report.OriginalPngBytes)}"),
            ("output", $"{report.Output.File}  {Show.Bytes(report.Output.Bytes)} bytes"),
            (context.Get(_levels) is null ? "colours" : "levels a channel", Show.Count(report.Levels)),
            ("signal to noise", $"{Show.Number(report.PsnrDb, "0.0")} dB (peak)"),
        ]));
        return ExitCode.Done;
    }
}
