using System.CommandLine;
using Pare.Advising;

namespace Pare.Cli;

/// <summary><c>pare advise MODEL</c>.</summary>
internal sealed class AdviseVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly ModelDataOptions _data = new(required: false, "Samples: int8 is calibrated with them, and losses are measured");
    private readonly Option<string?> _testData = new("--test-data") { Description = "Samples that losses are measured on (default: --data)", HelpName = "DATA" };
    private readonly Option<string?> _target = new("--target", "-t") { Description = $"The device: {string.Join(", ", DeviceProfiles.All.Select(d => d.Name))}", HelpName = "DEVICE" };
    private readonly Option<long?> _flash = Arguments.Size("--flash", "What the model's file may take, such as 4MB (default: the device's)");
    private readonly Option<long?> _ram = Arguments.Size("--ram", "What the tensor arena may take, such as 256KB (default: the device's)");
    private readonly Option<double> _maxDrop = new("--max-drop") { Description = "Largest acceptable loss of accuracy in percentage points, without labels of agreement", DefaultValueFactory = _ => 1, HelpName = "POINTS" };

    public override string Example => "pare advise samples/petals/petals.h5 --target esp32 --data samples/petals/calibration --test-data samples/petals/test";

    protected override IEnumerable<Symbol> Symbols => [_model, _target, _flash, _ram, _maxDrop, .. _data.Symbols, _testData];

    protected override int Run(VerbContext context)
    {
        string model = context.GetRequired(_model);
        AdviceRequest request = new()
        {
            Input = model,
            Target = context.Get(_target),
            Flash = context.Get(_flash),
            Ram = context.Get(_ram),
            MaxDrop = context.Get(_maxDrop),
            Data = _data.Path(context),
            DataOptions = _data.Selection(context),
            TestData = context.Get(_testData),
            Evaluation = _data.Read(context, model),
            Seed = _data.Seed(context),
            Threads = context.Threads,
        };
        AdviceReport report;
        using (ProgressBar bar = context.Progress("trying"))
        {
            report = new ModelAdvisor(context.Runner).Advise(request, bar, context.Cancellation);
        }

        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, AdviceJson.Default.AdviceReport, p => Draw(report, p));
        return report.Recommended is null ? ExitCode.BoundMissed : ExitCode.Done;
    }

    private static void Draw(AdviceReport r, Printer p)
    {
        p.Pairs(
        [
            ("model", $"{r.Input.File}  {Show.Bytes(r.Input.Bytes)} bytes, {Show.Count(r.Parameters)} weights{(r.MultiplyAdds is { } work ? $", {Show.Count(work)} multiply-adds" : "")}"),
            ("device", r.Device ?? "any"),
            ("flash, RAM", $"{(r.Flash is { } f ? Show.Bytes(f) : "no limit")}, {(r.Ram is { } ram ? Show.Bytes(ram) : "no limit")}"),
            ("accuracy", r.Samples is { } n ? $"{(r.Accuracy is { } right ? Show.Percent(right) : "no labels")} on {Show.Count(n)} samples; {Show.Number(r.MaxDrop)} points may go" : "not measured: no data"),
        ]);
        TextTable table = new("technique", ">bytes", ">gzip", ">.pare", ">arena", ">accuracy", ">drop, points", "verdict");
        foreach (AdviceCandidate c in r.Candidates)
        {
            table.Add(
                c.Technique,
                Optional(c.Bytes),
                Optional(c.Gzip),
                Optional(c.Pare),
                Optional(c.ArenaBytes),
                c.Accuracy is { } accuracy ? Show.Percent(accuracy) : "-",
                c.Drop is { } drop ? $"{Show.Number(drop, "0.00")} ± {Show.Number(c.DropMargin ?? 0, "0.00")}" : "-",
                Verdict(c, r));
        }

        p.Table(table);
        p.Line(r.Recommended is null ? "advice: none of these will do" : $"advice: {r.Recommended}");
        foreach (string c in r.Commands)
        {
            p.Line($"  {c}");
        }

        foreach (string reason in r.Reasons)
        {
            p.Line(reason);
        }

        foreach (string t in r.Training)
        {
            p.Line($"needs {t}");
        }

        if (r.Architectures.Count > 0)
        {
            p.Line("the model is too big for the device; architectures that fit at 8 bits:");
            TextTable others = new("architecture", ">weights", ">multiply-adds", "on", "quality", "source");
            foreach (LowCostArchitecture a in r.Architectures)
            {
                others.Add(a.Name, Show.Count(a.Parameters), Show.Count(a.MultiplyAdds), a.Task, a.Quality, a.Source);
            }

            p.Table(others);
        }

        foreach (string m in r.Missing)
        {
            p.Line($"not given: {m}");
        }
    }

    private static string Verdict(AdviceCandidate c, AdviceReport r) =>
        c.Technique == r.Recommended ? "take this"
        : c.Failed is not null ? "cannot be made"
        : c.Unsupported.Count > 0 ? "does not run there"
        : c.FitsFlash == false ? "too large for the flash"
        : c.FitsRam == false ? "too large for the RAM"
        : c.Drop > r.MaxDrop ? "loses too much"
        : "would do";

    private static string Optional(long? value) => value is { } v ? Show.Bytes(v) : "-";
}
