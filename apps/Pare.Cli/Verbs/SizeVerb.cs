using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare size MODEL…</c>.</summary>
internal sealed class SizeVerb : Verb
{
    private readonly Argument<string[]> _models = Arguments.Models();
    private readonly Option<bool> _tensors = new("--tensors") { Description = "A row a tensor: bytes, distinct values, entropy" };
    private readonly Option<bool> _clear = new("--clear") { Description = "Tell what the file weighs with its constants emptied" };
    private readonly Option<bool> _all = new("--all") { Description = "zstd and brotli also for files above 16 MB" };

    public override string Example => "pare size samples/petals/petals.pb samples/petals/petals.onnx";

    protected override IEnumerable<Symbol> Symbols => [_models, _tensors, _clear, _all];

    protected override int Run(VerbContext context)
    {
        SizeOptions options = new() { All = context.Get(_all), Clear = context.Get(_clear), Tensors = context.Get(_tensors) };
        SizeReport report = new() { Files = [.. context.GetRequired(_models).Select(m => FileMeasurer.Measure(m, options))] };
        context.Print(report, ReportJson.Default.SizeReport, p => Draw(report, options, p));
        return ExitCode.Done;
    }

    private static void Draw(SizeReport report, SizeOptions options, Printer p)
    {
        TextTable files = new(["file", ">bytes", ">gzip", ">zip", ">zstd", ">brotli", ">bits/weight", .. options.Clear ? [">cleared"] : Array.Empty<string>()]);
        foreach (FileSizeReport f in report.Files)
        {
            files.Add(
            [
                f.File, Show.Bytes(f.Bytes), Show.Bytes(f.Gzip), Show.Bytes(f.Zip), Optional(f.Zstd), Optional(f.Brotli),
                f.WeightBits is { } bits ? Show.Number(bits, "0.00") : "-", .. options.Clear ? [Optional(f.Cleared)] : Array.Empty<string>(),
            ]);
        }

        p.Table(files);
        foreach (FileSizeReport f in report.Files.Where(f => f.Tensors is not null))
        {
            bool packed = f.Tensors!.Any(t => t.Codec is not null);
            TextTable tensors = new(["tensor", "type", "shape", ">bytes", ">gzip", ">distinct", ">bits/weight", .. packed ? ["codec", ">coded bits", ">SQNR, dB"] : Array.Empty<string>()]);
            foreach (TensorSizeReport t in f.Tensors!)
            {
                tensors.Add(
                [
                    t.Name, t.Type, $"[{string.Join(",", t.Shape)}]", Show.Bytes(t.Bytes), Show.Bytes(t.Gzip), Show.Count(t.Distinct), Show.Number(t.WeightBits, "0.00"),
                    .. packed
                        ? [t.Codec ?? "-", t.CodedBits is { } bits ? Show.Number(bits, "0.00") : "-", t.SqnrDb is { } db ? Show.Number(db, "0.0") : "-"]
                        : Array.Empty<string>(),
                ]);
            }

            p.Table(tensors, f.File);
        }
    }

    private static string Optional(long? bytes) => bytes is { } b ? Show.Bytes(b) : "-";
}
