using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare optimize MODEL -o OUT</c>.</summary>
internal sealed class OptimizeVerb : RewriteVerb
{
    private readonly Option<string[]> _inputs = Arguments.Names("--inputs", "What is fed (default: the placeholders that reach an output)");
    private readonly Option<string[]> _outputs = Arguments.Names("--outputs", "What is kept (default: the nodes nobody consumes)");
    private readonly Option<string[]> _freeze = Arguments.Names("--freeze", "Make a constant of an input: phase_train=false");
    private readonly Option<string?> _transforms = new("--transforms") { Description = "Do these transforms instead, in the Graph Transform Tool's grammar: name(a=b, c=\"1,2\")", HelpName = "LIST" };

    public override string Example => "pare optimize samples/petals/petals.pb -o petals_optimized.pb";

    protected override IEnumerable<Symbol> Options => [_inputs, _outputs, _freeze, _transforms];

    protected override RecipeStep Step(VerbContext context) => new OptimizeStep
    {
        Inputs = context.Get(_inputs) ?? [],
        Outputs = context.Get(_outputs) ?? [],
        Freeze = Arguments.Split(context.Get(_freeze), "--freeze", "phase_train=false"),
        Transforms = context.Get(_transforms),
    };
}
