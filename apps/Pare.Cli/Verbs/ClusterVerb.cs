using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare cluster MODEL -o OUT</c>.</summary>
internal sealed class ClusterVerb : RewriteVerb
{
    private readonly Option<int> _clusters = new("--clusters") { Description = "Centroids of a codebook", DefaultValueFactory = _ => 32, HelpName = "N" };
    private readonly Option<string> _scope = new("--scope") { Description = "What shares a codebook: tensor, model or channel", DefaultValueFactory = _ => "tensor", HelpName = "SCOPE" };
    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave tensors with fewer values alone", DefaultValueFactory = _ => 1024, HelpName = "N" };
    private readonly Option<bool> _keepZero = new("--keep-zero") { Description = "Keep one centroid at exactly 0" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants that take part");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants that do not");

    public ClusterVerb() => _scope.AcceptOnlyFromAmong("tensor", "model", "channel");

    public override string Example => "pare cluster samples/petals/petals.pb -o petals_clustered.pb --clusters 32";

    protected override IEnumerable<Symbol> Options => [_clusters, _scope, _minSize, _keepZero, _include, _exclude];

    protected override RecipeStep Step(VerbContext context) => new ClusterStep
    {
        Clusters = context.Get(_clusters),
        Scope = context.Get(_scope)!,
        MinSize = context.Get(_minSize),
        KeepZero = context.Get(_keepZero),
        Include = context.Get(_include) ?? [],
        Exclude = context.Get(_exclude) ?? [],
    };
}
