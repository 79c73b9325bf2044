using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Runs a job that writes a model, and prints what it did.</summary>
internal static class RewriteRunner
{
    public static int Run(VerbContext context, RewriteRequest request, Recipe? replayed = null)
    {
        using FileTransaction outputs = context.OpenOutputs(request.Force);
        RewriteReport report;
        using (ProgressBar progress = context.Progress(Path.GetFileName(request.Input)))
        {
            report = new ModelRewriter(context.Runner).Run(request, outputs, progress, context.Cancellation);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        outputs.Commit();
        if (replayed is not null)
        {
            Compare(context, replayed, report);
        }

        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, ReportJson.Default.RewriteReport, p => Draw(report, p));
        if (report.Output is not null)
        {
            return ExitCode.Done;
        }

        context.Complain($"nothing was written: outputs moved by {Show.Small(report.Check.MaxRelative ?? 0)} of the largest, more than the {Show.Small(report.Check.Bound ?? 0)} that the passes state");
        return ExitCode.BoundMissed;
    }

    // A recipe promises the same bytes for the same input and version; anything else is for the user to know.
    private static void Compare(VerbContext context, Recipe recipe, RewriteReport report)
    {
        if (recipe.Input.Sha256 != report.Input.Sha256)
        {
            context.Warn($"{report.Input.File} is not the model that the recipe was made with");
        }
        else if (report.Output is { } output && output.Sha256 != recipe.Output.Sha256)
        {
            context.Warn(recipe.Pare == ModelRewriter.Version
                ? "the output differs from the one that the recipe tells of"
                : $"the output differs from the one that the recipe tells of; it was made by version {recipe.Pare}, this is {ModelRewriter.Version}");
        }
    }

    private static void Draw(RewriteReport report, Printer p)
    {
        p.Pairs(
        [
            ("input", $"{report.Input.File}  {Show.Bytes(report.Input.Bytes)} bytes, {Show.Count(report.NodesBefore)} nodes"),
            ("output", report.Output is { } o ? $"{o.File}  {Show.Bytes(o.Bytes)} bytes, {Show.Count(report.NodesAfter)} nodes" : "not written"),
            ("inputs", string.Join(", ", report.Inputs)),
            ("outputs", string.Join(", ", report.Outputs)),
            ("check", Describe(report.Check)),
        ]);
        if (report.Changes.Count == 0)
        {
            p.Line("nothing to change");
            return;
        }

        TextTable table = new("pass", "rule", ">count");
        foreach (Change c in report.Changes)
        {
            table.Add(c.Pass, c.Rule, Show.Count(c.Count));
        }

        p.Table(table);
    }

    private static string Describe(CheckReport check)
    {
        if (check.Skipped is not null)
        {
            return "skipped";
        }

        if (check.MaxAbs is not { } abs)
        {
            return "none";
        }

        string bound = check.Bound is { } b ? $" (at most {Show.Small(b)} allowed)" : "";
        return $"{check.Data}: outputs moved by {Show.Small(abs)} at most, {Show.Small(check.MaxRelative ?? 0)} of the largest{bound}";
    }
}
