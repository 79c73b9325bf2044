using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare convert MODEL -o OUT</c>.</summary>
internal sealed class ConvertVerb : RewriteVerb
{
    private readonly Option<string[]> _inputs = Arguments.Names("--inputs", "What is fed (default: the model's inputs)");
    private readonly Option<string[]> _outputs = Arguments.Names("--outputs", "What is kept (default: the model's outputs)");
    private readonly Option<string[]> _freeze = Arguments.Names("--freeze", "Make a constant of an input: phase_train=false");
    private readonly Option<string[]> _shapes = Arguments.Pairs("--shape", "The shape of an input that the model leaves open, -1 for what stays open", "NAME=1,160,160,3");

    public override string Example => "pare convert samples/petals/petals.pb -o petals_converted.onnx";

    protected override IEnumerable<Symbol> Options => [_inputs, _outputs, _freeze, _shapes];

    protected override RecipeStep Step(VerbContext context) => ConvertStep.ForFile(OutputOf(context)) with
    {
        Inputs = context.Get(_inputs) ?? [],
        Outputs = context.Get(_outputs) ?? [],
        Freeze = Arguments.Split(context.Get(_freeze), "--freeze", "phase_train=false"),
        Shapes = Arguments.Split(context.Get(_shapes), "--shape", "input=1,160,160,3"),
    };
}
