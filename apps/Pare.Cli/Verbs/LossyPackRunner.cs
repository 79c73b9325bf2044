using Pare.Evaluation;
using Pare.Formats;
using Pare.Packing;

namespace Pare.Cli;

/// <summary>What <c>pack</c> does with a bound on the loss.</summary>
internal static class LossyPackRunner
{
    public static int Run(VerbContext context, LossyPackRequest request, bool force)
    {
        using FileTransaction outputs = context.OpenOutputs(force);
        LossyPackReport report;
        using (ProgressBar bar = context.Progress("packing"))
        {
            report = new LossyPacker(context.Runner).Run(request, outputs, bar, context.Cancellation);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        outputs.Commit();
        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, LossyPackJson.Default.LossyPackReport, p => Draw(report, p));
        foreach (string b in report.Broken)
        {
            context.Complain(b);
        }

        return report.WithinBounds ? ExitCode.Done : ExitCode.BoundMissed;
    }

    private static void Draw(LossyPackReport r, Printer p)
    {
        p.Pairs(
        [
            ("input", $"{r.Input.File}  {Show.Bytes(r.Input.Bytes)} bytes"),
            ("output", $"{r.Output.File}  {Show.Bytes(r.Output.Bytes)} bytes: {Show.Number(r.Ratio, "0.0")} times smaller, {Show.Number(r.BitsPerWeight, "0.00")} bits a weight"),
            ("pictures", r.Preprocessing ?? "tensors"),
        ]);
        TextTable table = new("part", ">samples", ">before", ">after", ">drop, points", ">same answer");
        table.Add(
            "selection", Show.Count(r.Result.Selection.Samples), Accuracy(r.Baseline.Selection), Accuracy(r.Result.Selection),
            $"{Show.Number(r.SelectionDrop, "0.00")} ± {Show.Number(r.SelectionDropMargin, "0.00")}", Show.Percent(r.SelectionAgreement));
        table.Add(
            "test", Show.Count(r.Result.Test.Samples), Accuracy(r.Baseline.Test), Accuracy(r.Result.Test),
            $"{Show.Number(r.TestDrop, "0.00")} ± {Show.Number(r.TestDropMargin, "0.00")}", Show.Percent(r.TestAgreement));
        p.Table(table);
        p.Line($"{r.Tried.Count} candidates tried in {Show.Number(r.Seconds, "0.0")} s");
    }

    private static string Accuracy(EvaluationResult result) => result.Accuracy is { } a ? Show.Percent(a) : "-";
}
