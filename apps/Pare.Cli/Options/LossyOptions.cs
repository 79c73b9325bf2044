using System.CommandLine;
using Pare.Packing;

namespace Pare.Cli;

/// <summary>Options of <c>pack</c> that say how much may be lost, and by which samples that is judged.</summary>
internal sealed class LossyOptions
{
    private readonly Option<double?> _maxDrop = new("--max-drop") { Description = "Largest loss of accuracy in percentage points, without labels of agreement; needs --data", HelpName = "POINTS" };
    private readonly Option<long?> _maxSize = Arguments.Size("--max-size", "Largest size of the container, such as 30KB; needs --data");
    private readonly ModelDataOptions _data = new(required: false, "Samples to choose by: a folder, archive, IDX, .npz or .csv; see 'pare evaluate --help'");
    private readonly Option<string?> _testData = new("--test-data") { Description = "Samples that are only reported on (default: a stratified half of --data)", HelpName = "DATA" };
    private readonly Option<string?> _calibration = new("--calibration") { Description = "Samples for calibration, labels unused (default: part of --data)", HelpName = "DATA" };
    private readonly Option<bool> _agreement = new("--agreement") { Description = "--max-drop bounds the loss of agreement with the original's answers, whatever the labels say" };
    private readonly SkipOption _skip = new();

    public LossyOptions() => _maxDrop.Validators.Add(r =>
    {
        if (r.Tokens.Count > 0 && double.TryParse(r.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out double points) && !(points >= 0))
        {
            r.AddError($"--max-drop {r.Tokens[0].Value}: expected percentage points, 0 or more");
        }
    });

    public IEnumerable<Symbol> Symbols => [_maxDrop, _maxSize, _testData, _calibration, _agreement, .. _data.Symbols, _skip.Symbol];

    /// <summary>The job, or null where nothing may be lost.</summary>
    public LossyPackRequest? Read(VerbContext context, string model, string output, string? recipe)
    {
        double? drop = context.Get(_maxDrop);
        long? size = context.Get(_maxSize);
        string? data = _data.Path(context);
        if (drop is null && size is null)
        {
            return data is null ? null : throw new UsageException("--data says by which samples a loss is judged; --max-drop or --max-size must say how much may be lost", "--data");
        }

        return new LossyPackRequest
        {
            Input = model,
            Output = output,
            Recipe = recipe,
            Data = data ?? throw new UsageException($"{(drop is null ? "--max-size" : "--max-drop")} is judged by samples: name them with --data", "--data"),
            DataOptions = _data.Selection(context),
            TestData = context.Get(_testData),
            Calibration = context.Get(_calibration),
            Evaluation = _data.Read(context, model),
            SkipUnreadable = _skip.IsSet(context),
            Options = new LossyPackOptions
            {
                MaxDrop = drop,
                MaxSize = size,
                ByAgreement = context.Get(_agreement),
                Seed = _data.Seed(context),
                Threads = context.Threads,
            },
        };
    }
}
