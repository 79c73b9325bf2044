using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare convert MODEL -o OUT</c>.</summary>
internal sealed class ConvertVerb : RewriteVerb
{
    public override string Example => "pare convert samples/petals/petals.pb -o petals_converted.onnx";

    protected override IEnumerable<Symbol> Options => [];

    protected override RecipeStep Step(VerbContext context) => ConvertStep.ForFile(OutputOf(context));
}
