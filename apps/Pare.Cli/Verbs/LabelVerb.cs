using System.CommandLine;
using Pare.Evaluation;
using Pare.Formats;

namespace Pare.Cli;

/// <summary><c>pare label MODEL IMAGE…</c>.</summary>
internal sealed class LabelVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Argument<string[]> _images = new("IMAGE") { Description = "Pictures: JPEG, PNG, BMP, GIF, WebP", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _labels = Arguments.Labels();
    private readonly Option<int> _top = new("--top") { Description = "How many classes to tell", DefaultValueFactory = _ => 5, HelpName = "N" };
    private readonly PreprocessingOptions _preprocessing = new();

    public override string Example => "pare label samples/petals/petals.pb samples/petals/test/daisy/daisy-000.jpg";

    protected override IEnumerable<Symbol> Symbols => [_model, _images, _labels, _top, .. _preprocessing.Symbols];

    protected override int Run(VerbContext context)
    {
        string path = context.GetRequired(_model);
        int top = context.Get(_top);
        if (top < 1)
        {
            throw new UsageException($"--top {top}: at least 1 is needed", "--top");
        }

        OpenedModel opened = ModelFile.Open(path);
        context.Tell(opened.Model.Diagnostics);
        EvaluationOptions options = new()
        {
            Preprocessing = _preprocessing.Resolve(context, path),
            Labels = context.Get(_labels) is { } file ? LabelList.Read(file) : LabelList.FindBeside(path),
            ModelName = path,
        };
        LabelResult result = new Labeler(context.Runner).Label(opened.Model, context.GetRequired(_images), top, options);
        context.Tell(result.Warnings);
        context.Print(() => JsonReport.Of(result), p => Draw(result, p));
        return ExitCode.Done;
    }

    private static void Draw(LabelResult result, Printer p)
    {
        foreach (LabeledImage image in result.Images)
        {
            if (result.Images.Count > 1)
            {
                p.Line(image.File);
            }

            p.Pairs(image.Labels.Select(l => (l.Label, Show.Number(l.Score, "0.00000"))));
        }
    }
}
