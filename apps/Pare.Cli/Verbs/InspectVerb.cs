using System.CommandLine;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare inspect MODEL</c>.</summary>
internal sealed class InspectVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string?> _target = new("--target") { Description = $"List what a runtime cannot run: {string.Join(", ", RuntimeTargets.All.Select(t => t.Name))}", HelpName = "RUNTIME" };
    private readonly Option<int> _top = new("--top") { Description = "How many of the largest tensors to list", DefaultValueFactory = _ => 10, HelpName = "N" };
    private readonly Option<string?> _signature = Arguments.Signature();
    private readonly Option<string?> _histogram = Arguments.Histogram();
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare inspect samples/petals/petals.pb --target tf-mobile";

    protected override IEnumerable<Symbol> Symbols => [_model, _target, _top, _signature, _histogram, _force];

    protected override int Run(VerbContext context)
    {
        string? target = context.Get(_target);
        InspectReport report = ModelInspector.Inspect(
            context.GetRequired(_model),
            new InspectOptions { LargestTensors = context.Get(_top), Runner = context.Runner, Target = target is null ? null : RuntimeTargets.Find(target), Signature = context.Get(_signature) });
        if (context.Verbose)
        {
            context.Remark($"opened in {Show.Number(report.OpenMs, "0.0")} ms");
        }

        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        if (context.Get(_histogram) is { } picture)
        {
            HistogramFile.Write(context, picture, context.Get(_force), ModelFile.Open(context.GetRequired(_model)).Model);
        }

        context.Print(report, ReportJson.Default.InspectReport, p => Draw(report, p));
        return ExitCode.Done;
    }

    private static void Draw(InspectReport report, Printer p)
    {
        p.Pairs(
        [
            ("file", report.File),
            ("format", report.Format),
            ("bytes", Show.Bytes(report.Bytes)),
            ("nodes", Show.Count(report.Nodes)),
            ("parameters", Show.Count(report.Parameters)),
            ("multiply-adds", report.MultiplyAdds is { } work ? Show.Count(work) : "not known"),
            .. report.Versions.Select(v => (v.Key, Show.Plain(v.Value))),
            .. report.Inputs.Select(v => ("input", Describe(v))),
            .. report.Outputs.Select(v => ("output", Describe(v))),
            .. report.Freezable.Select(v => ("freezable", $"{v}  (drives switches only; try --freeze {v}=false)")),
        ]);
        TextTable operators = new("operator", ">count");
        foreach ((string name, int count) in report.Operators)
        {
            operators.Add(name, Show.Count(count));
        }

        p.Table(operators);
        TextTable tensors = new("largest tensors", "type", "shape", ">bytes");
        foreach (TensorReport t in report.LargestTensors)
        {
            tensors.Add(t.Name, t.Type, $"[{string.Join(",", t.Shape)}]", Show.Bytes(t.Bytes));
        }

        p.Table(tensors);
        if (report.Target is null)
        {
            return;
        }

        if (report.Unsupported.Count == 0)
        {
            p.Line();
            p.Line($"{report.Target} can run every node");
            return;
        }

        TextTable missing = new($"{report.Target} cannot run", "operator", "why");
        foreach (UnsupportedNode n in report.Unsupported)
        {
            missing.Add(n.Node, n.Operator, n.Why);
        }

        p.Table(missing);
    }

    private static string Describe(ValueReport v) => $"{v.Name}  {v.Type} {(v.Shape is null ? "of unknown rank" : $"[{string.Join(",", v.Shape.Select(d => d < 0 ? "?" : Show.Plain(d)))}]")}";
}
