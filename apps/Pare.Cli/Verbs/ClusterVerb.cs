using System.CommandLine;
using System.Text.Json;
using Pare.Evaluation;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare cluster MODEL -o OUT</c>.</summary>
internal sealed class ClusterVerb : RewriteVerb
{
    private readonly Option<int> _clusters = new("--clusters") { Description = "Centroids of a codebook", DefaultValueFactory = _ => 32, HelpName = "N" };
    private readonly Option<string> _scope = new("--scope") { Description = "What shares a codebook: tensor, model or channel", DefaultValueFactory = _ => "tensor", HelpName = "SCOPE" };
    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave tensors with fewer values alone", DefaultValueFactory = _ => 1024, HelpName = "N" };
    private readonly Option<bool> _vectors = new("--vectors") { Description = "Vectors (biases, batch normalization) take part too" };
    private readonly Option<bool> _keepZero = new("--keep-zero") { Description = "Keep one centroid at exactly 0" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants that take part");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants that do not");

    private readonly Option<string?> _data = new("--data", "-d") { Description = "Calibration data: errors are weighed by what the weights are multiplied with", HelpName = "DATA" };
    private readonly Option<int> _samples = new("--samples") { Description = "Samples of the data to run", DefaultValueFactory = _ => 64, HelpName = "N" };
    private readonly DataOptions _selection = new();
    private readonly PreprocessingOptions _preprocessing = new();

    public ClusterVerb() => _scope.AcceptOnlyFromAmong("tensor", "model", "channel");

    public override string Example => "pare cluster samples/petals/petals.pb -o petals_clustered.pb --clusters 32";

    protected override IEnumerable<Symbol> Options => [_clusters, _scope, _minSize, _vectors, _keepZero, _include, _exclude, _data, _samples, .. _selection.Symbols, .. _preprocessing.Symbols];

    protected override RecipeStep Step(VerbContext context) => new ClusterStep
    {
        Clusters = context.Get(_clusters),
        Scope = context.Get(_scope)!,
        MinSize = context.Get(_minSize),
        Vectors = context.Get(_vectors),
        KeepZero = context.Get(_keepZero),
        Include = context.Get(_include) ?? [],
        Exclude = context.Get(_exclude) ?? [],
        Data = context.Get(_data),
        DataOptions = _selection.Read(context, SeedOf(context)),
        Preprocessing = context.Get(_data) is not null && _preprocessing.Resolve(context, ModelOf(context)) is { } given ? JsonDocument.Parse(PreprocessingFile.ToJson(given)).RootElement.Clone() : null,
        Samples = context.Get(_samples),
    };
}
