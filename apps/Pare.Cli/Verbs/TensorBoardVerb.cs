using System.CommandLine;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare tensorboard MODEL… -o LOGDIR</c>.</summary>
internal sealed class TensorBoardVerb : Verb
{
    private readonly Argument<string[]> _models = Arguments.Models();
    private readonly Option<string> _folder = Arguments.Output("The folder for tensorboard --logdir; may exist");

    public override string Example => "pare tensorboard samples/petals/petals.pb -o logs";

    protected override IEnumerable<Symbol> Symbols => [_models, _folder];

    protected override int Run(VerbContext context)
    {
        // A new event file in an old run is what TensorBoard expects: the folder is no output that would be replaced.
        using FileTransaction outputs = context.OpenOutputs(force: true);
        TensorBoardReport report = TensorBoardExporter.Export(context.GetRequired(_models), context.Get(_folder)!, outputs, DateTimeOffset.UtcNow);
        outputs.Commit();
        context.Print(report, ReportJson.Default.TensorBoardReport, p =>
        {
            TextTable table = new("run", "model", ">nodes", "file");
            foreach (TensorBoardRun run in report.Runs)
            {
                table.Add(run.Run, run.Model, Show.Count(run.Nodes), run.File);
            }

            p.Table(table);
            p.Line($"look at it with: tensorboard --logdir {report.Folder}");
        });
        return ExitCode.Done;
    }
}
