using System.CommandLine;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare run MODEL --inputs IN.npz -o OUT.npz</c>.</summary>
internal sealed class RunVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _inputs = new("--inputs", "-i") { Description = "Arrays named after the model's inputs; inner tensors can be fed too", Required = true, HelpName = "IN.npz" };
    private readonly Option<string> _output = Arguments.Output("Where to write the outputs, by name");
    private readonly Option<string[]> _outputs = Arguments.Names("--outputs", "What to fetch, inner tensors too (default: the model's outputs)");
    private readonly Option<bool> _steps = new("--steps") { Description = "Run along an extra first axis, keeping the state between steps" };
    private readonly Option<string?> _signature = Arguments.Signature();
    private readonly RuntimeOption _runtime = new();
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare run samples/chars/chars.onnx --inputs tokens.npz -o scores.npz";

    protected override IEnumerable<Symbol> Symbols => [_model, _inputs, _output, _outputs, _steps, _signature, .. _runtime.Symbols, _force];

    protected override int Run(VerbContext context)
    {
        using FileTransaction outputs = context.OpenOutputs(context.Get(_force));
        string path = context.Get(_output)!;
        FileTransaction.CheckTarget(path, context.Get(_force));
        OpenedModel loaded = ModelFile.Open(context.GetRequired(_model), new OpenOptions { Signature = context.Get(_signature) });
        context.Tell(loaded.Model.Diagnostics);
        List<KeyValuePair<string, TensorData>> arrays;
        using (NpzFile npz = NpzFile.Open(context.Get(_inputs)!))
        {
            arrays = [.. npz.Names.Select(n => KeyValuePair.Create(n, npz.Read(n)))];
        }

        using LiteRtRunner? litert = _runtime.LiteRt(context);
        IReadOnlyList<KeyValuePair<string, TensorData>> results = new ModelExecutor((IModelRunner?)litert ?? context.Runner, context.Threads)
            .Run(loaded.Model, arrays, context.Get(_outputs), context.Get(_steps), context.Cancellation);
        NpzWriter.Write(outputs.Create(path), results);
        outputs.Commit();
        RunReport report = new()
        {
            Model = loaded.Path,
            Output = path,
            Outputs = [.. results.Select(r => new ValueReport(r.Key, ValueReport.TypeName(r.Value.Type), r.Value.Shape.ToArray()))],
        };
        context.Print(report, ReportJson.Default.RunReport, p =>
        {
            TextTable table = new("output", "type", "shape");
            foreach (ValueReport v in report.Outputs)
            {
                table.Add(v.Name, v.Type, $"[{string.Join(",", v.Shape!)}]");
            }

            p.Table(table);
        });
        return ExitCode.Done;
    }
}
