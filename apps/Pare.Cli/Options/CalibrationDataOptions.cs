using System.CommandLine;
using Pare.Evaluation;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Options that say what activations are measured on.</summary>
internal sealed class CalibrationDataOptions
{
    private readonly Option<string?> _data = new("--calibration") { Description = "Samples to measure activations on: a folder, archive, IDX, .npz or .csv; see 'pare evaluate --help'", HelpName = "DATA" };
    private readonly Option<string?> _cache = new("--calibration-cache") { Description = "Ranges that were measured earlier; written where the file does not exist yet", HelpName = "FILE" };
    private readonly Option<string> _ranges = new("--ranges") { Description = $"How ranges are chosen: {string.Join(", ", RangeMethods.Names)}", DefaultValueFactory = _ => "minmax", HelpName = "METHOD" };
    private readonly Option<double> _percentile = new("--percentile") { Description = "Percent of the values that --ranges percentile keeps", DefaultValueFactory = _ => 99.999, HelpName = "P" };
    private readonly DataOptions _selection = new();
    private readonly PreprocessingOptions _preprocessing = new();
    private readonly SkipOption _skip = new();

    public CalibrationDataOptions() => _ranges.AcceptOnlyFromAmong([.. RangeMethods.Names]);

    public IEnumerable<Symbol> Symbols => [_data, _cache, _ranges, _percentile, .. _selection.Symbols, .. _preprocessing.Symbols, _skip.Symbol];

    /// <summary>The way to choose ranges.</summary>
    public string Ranges(VerbContext context) => context.Get(_ranges)!;

    /// <summary>Percent of the values.</summary>
    public double Percentile(VerbContext context) => context.Get(_percentile);

    /// <summary>The cache's file, or null.</summary>
    public string? Cache(VerbContext context) => context.Get(_cache);

    /// <summary>What the cache holds; null where there is none yet.</summary>
    public CalibrationRecord? Cached(VerbContext context) => context.Get(_cache) is { } path && File.Exists(path) ? CalibrationCache.Read(path) : null;

    /// <summary>The data; null where none were named. Of more than 500 samples that many are taken by the seed, unless --limit says otherwise.</summary>
    public CalibrationSource? Source(VerbContext context, string model, int seed)
    {
        if (context.Get(_data) is not { } path)
        {
            return null;
        }

        DatasetOptions options = _selection.Read(context, seed);
        return new CalibrationSource
        {
            Data = Path.GetFullPath(path),
            DataOptions = options.Limit is null ? options with { Limit = CalibrationSource.UsualSamples, Shuffle = true } : options,
            Preprocessing = CalibrationSource.Keep(_preprocessing.Resolve(context, model)),
            SkipUnreadable = _skip.IsSet(context),
        };
    }
}
