using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare quantize MODEL -o OUT.tflite</c>.</summary>
internal sealed class QuantizeVerb : RewriteVerb
{
    private readonly Option<string> _scheme = new("--scheme")
    {
        Description = "float16: half the size; dynamic: int8 weights a channel, activations quantized at run time; weights-int8: as small, computed in float",
        DefaultValueFactory = _ => "dynamic",
        HelpName = "SCHEME",
    };

    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave weights with fewer values alone (schemes of 8 bits)", DefaultValueFactory = _ => 256, HelpName = "N" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants that take part");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants that do not");

    public QuantizeVerb() => _scheme.AcceptOnlyFromAmong("float16", "dynamic", "weights-int8");

    public override string Example => "pare quantize samples/petals/petals.h5 -o petals_dynamic.tflite --scheme dynamic";

    protected override IEnumerable<Symbol> Options => [_scheme, _minSize, _include, _exclude];

    protected override RecipeStep Step(VerbContext context)
    {
        QuantizeStep.CheckTarget(OutputOf(context));
        return new QuantizeStep { Scheme = context.Get(_scheme)!, MinSize = context.Get(_minSize), Include = context.Get(_include) ?? [], Exclude = context.Get(_exclude) ?? [] };
    }
}
