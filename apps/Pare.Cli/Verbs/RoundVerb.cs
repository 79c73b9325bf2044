using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare round MODEL -o OUT</c>.</summary>
internal sealed class RoundVerb : RewriteVerb
{
    private readonly Option<int?> _bits = new("--bits") { Description = "Round to 2^B values a tensor (default: 8)", HelpName = "B" };
    private readonly Option<int?> _levels = new("--levels") { Description = "Round to N values a tensor", HelpName = "N" };
    private readonly Option<string> _rule = new("--rule") { Description = "zero_preserving keeps zero exact and leaves vectors alone; weights_rounded is TensorFlow's quantize_graph, bit for bit", DefaultValueFactory = _ => "zero_preserving", HelpName = "RULE" };
    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave tensors with fewer values alone", DefaultValueFactory = _ => 1024, HelpName = "N" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants that take part");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants that do not");

    public RoundVerb() => _rule.AcceptOnlyFromAmong("zero_preserving", "weights_rounded");

    public override string Example => "pare round samples/petals/petals.pb -o petals_rounded.pb --bits 6";

    protected override IEnumerable<Symbol> Options => [_bits, _levels, _rule, _minSize, _include, _exclude];

    protected override RecipeStep Step(VerbContext context)
    {
        int? bits = context.Get(_bits);
        int? levels = context.Get(_levels);
        if (bits is not null && levels is not null)
        {
            throw new UsageException("--bits and --levels say the same; give one", "--bits");
        }

        if (bits is < 1 or > 16)
        {
            throw new UsageException($"--bits {bits}: 1 to 16 are possible", "--bits");
        }

        return new RoundStep
        {
            Rule = context.Get(_rule)!,
            Levels = levels ?? (1 << (bits ?? 8)),
            MinSize = context.Get(_minSize),
            Include = context.Get(_include) ?? [],
            Exclude = context.Get(_exclude) ?? [],
        };
    }
}
