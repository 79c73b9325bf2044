using Pare.Formats;
using Pare.Packing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Packs or unpacks a file and prints what came of it.</summary>
internal static class PackRunner
{
    public static int Pack(VerbContext context, PackJob job, bool force) => Run(context, job, force, FilePacker.Pack);

    public static int Unpack(VerbContext context, PackJob job, bool force) => Run(context, job, force, FilePacker.Unpack);

    private static int Run(VerbContext context, PackJob job, bool force, Func<PackJob, FileTransaction, IProgress<double>?, CancellationToken, RewriteReport> run)
    {
        using FileTransaction outputs = context.OpenOutputs(force);
        RewriteReport report;
        using (ProgressBar progress = context.Progress(Path.GetFileName(job.Input)))
        {
            report = run(job, outputs, progress, context.Cancellation);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        outputs.Commit();
        foreach (string w in report.Warnings)
        {
            context.Warn(w);
        }

        context.Print(report, ReportJson.Default.RewriteReport, p => p.Pairs(
        [
            ("input", $"{report.Input.File}  {Show.Bytes(report.Input.Bytes)} bytes"),
            ("output", $"{report.Output!.File}  {Show.Bytes(report.Output.Bytes)} bytes: {Show.Number((double)report.Input.Bytes / Math.Max(1, report.Output.Bytes), "0.000")} to 1"),
            ("check", report.Check.Passed is true ? "every byte comes back" : "none"),
            ("seconds", Show.Number(report.Seconds, "0.00")),
        ]));
        return ExitCode.Done;
    }
}
