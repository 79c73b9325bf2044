using System.CommandLine;
using Pare.Evaluation;

namespace Pare.Cli;

/// <summary>Options that say which samples to take from a data set.</summary>
internal sealed class DataOptions
{
    private readonly Option<string?> _split = new("--split") { Description = "Part of the data: training, validation or testing (class folders: by the path's hash; IDX: by name)", HelpName = "PART" };
    private readonly Option<string?> _splitPrefix = new("--split-prefix") { Description = "What stands before /class/file in the hashed path (default: tf_files/ and the data folder's name)", HelpName = "P" };
    private readonly Option<int?> _limit = new("--limit") { Description = "Take at most N samples", HelpName = "N" };
    private readonly Option<bool> _shuffle = new("--shuffle") { Description = "With --limit: take a random sample instead of the first" };

    public DataOptions()
    {
        _split.AcceptOnlyFromAmong("training", "validation", "testing", "all");
        _limit.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && int.TryParse(r.Tokens[0].Value, out int n) && n < 1)
            {
                r.AddError($"--limit {n}: at least 1 is needed");
            }
        });
    }

    public IEnumerable<Symbol> Symbols => [_split, _splitPrefix, _limit, _shuffle];

    public DatasetOptions Read(VerbContext context, int seed) => new()
    {
        Split = context.Get(_split) switch
        {
            "training" => DatasetSplit.Training,
            "validation" => DatasetSplit.Validation,
            "testing" => DatasetSplit.Testing,
            _ => DatasetSplit.All,
        },
        SplitPrefix = context.Get(_splitPrefix),
        Limit = context.Get(_limit),
        Shuffle = context.Get(_shuffle),
        Seed = seed,
    };
}
