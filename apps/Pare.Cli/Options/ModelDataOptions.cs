using System.CommandLine;
using Pare.Evaluation;

namespace Pare.Cli;

/// <summary>Options of the verbs that run models on data: which samples, how pictures become inputs, what the classes are called, which values count.</summary>
internal sealed class ModelDataOptions
{
    private readonly Option<string?> _data;
    private readonly DataOptions _selection = new();
    private readonly PreprocessingOptions _preprocessing = new();
    private readonly Option<string?> _labels = Arguments.Labels();
    private readonly Option<string[]> _inputs = Arguments.Names("--inputs", "Values to feed (default: the model's inputs)");
    private readonly Option<string?> _outputs = new("--outputs") { Description = "The value that holds the scores (default: the first output)", HelpName = "NAME" };
    private readonly Option<double> _threshold = new("--threshold") { Description = "Probability from which a model of one output says yes", DefaultValueFactory = _ => 0.5, HelpName = "P" };
    private readonly Option<int> _seed = Arguments.Seed();

    public ModelDataOptions(bool required, string description) =>
        _data = new Option<string?>("--data", "-d") { Description = description, Required = required, HelpName = "DATA" };

    public IEnumerable<Symbol> Symbols => [_data, .. _selection.Symbols, _labels, .. _preprocessing.Symbols, _inputs, _outputs, _threshold, _seed];

    public int Seed(VerbContext context) => context.Get(_seed);

    /// <summary>The data as named, or null.</summary>
    public string? Path(VerbContext context) => context.Get(_data);

    /// <summary>Which samples to take.</summary>
    public DatasetOptions Selection(VerbContext context) => _selection.Read(context, context.Get(_seed));

    /// <summary>Opens the data, or gives null where none were named.</summary>
    public Dataset? Open(VerbContext context) => context.Get(_data) is { } path ? Open(context, path) : null;

    /// <summary>Opens other data by the same options.</summary>
    public Dataset Open(VerbContext context, string path) => Datasets.Open(path, _selection.Read(context, context.Get(_seed)));

    public EvaluationOptions Read(VerbContext context, string model) => new()
    {
        Preprocessing = _preprocessing.Resolve(context, model),
        Labels = context.Get(_labels) is { } file ? LabelList.Read(file) : LabelList.FindBeside(model),
        Inputs = context.Get(_inputs) is { Length: > 0 } inputs ? inputs : null,
        Output = context.Get(_outputs),
        Threshold = context.Get(_threshold),
        Threads = context.Threads,
        ModelName = model,
    };
}
