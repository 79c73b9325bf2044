using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Passes.Prune;
using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Pruning;

/// <summary>Sets weights to zero, or removes channels.</summary>
public sealed record PruneStep : RecipeStep
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Verb => "prune";

    /// <summary>Part of the weights (or channels) that goes, in [0, 1); null for what the pattern fixes, else one half.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Which weights go together: <c>unstructured</c> (default), <c>2:4</c>, <c>block:1x4</c> or <c>channels</c>.</summary>
    public string Pattern { get; init; } = "unstructured";

    /// <summary>How the sparsity is spread: <c>uniform</c>, <c>global</c> or <c>sensitivity</c>; null for sensitivity with data, else uniform.</summary>
    public string? Schedule { get; init; }

    /// <summary>Tensors with fewer values stay as they are. Default 256.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>Of the pattern <c>channels</c>: the number of channels that stay is a multiple of so many; null for any number.</summary>
    public int? Multiple { get; init; }

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether, with data, the weights that stay are fitted again. Default true.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Calibration data; null to go by magnitudes alone.</summary>
    public string? Data { get; init; }

    /// <summary>Which samples of <see cref="Data"/> to take.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>How pictures become inputs, as given; see <see cref="PreprocessingFile"/>.</summary>
    public JsonElement? Preprocessing { get; init; }

    /// <summary>Samples of <see cref="Data"/> that are run. Default 512.</summary>
    public int Samples { get; init; } = 512;

    /// <summary>Checks the options before any file is read.</summary>
    /// <exception cref="UsageException">One is out of range.</exception>
    public void Check()
    {
        _ = Options().WantedSparsity();
        if (Samples < 1)
        {
            throw new UsageException($"{Samples} samples: at least one is needed", "--samples");
        }

        if (Schedule == "sensitivity" && Data is null)
        {
            throw new UsageException("the schedule 'sensitivity' needs --data to see what pruning does to the answers", "--schedule");
        }
    }

    /// <inheritdoc/>
    public override StepOutcome Apply(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Check();
        PruneOptions options = Options();
        SampleBatches? samples = Data is null ? null : Load(model, context);
        Pass pass = options.Pattern.Kind == PrunePatternKind.Channels ? new PruneChannelsPass(options) { Samples = samples } : new PrunePass(options) { Samples = samples };
        return new StepOutcome { Model = model, Changes = pass.Run(model, context), StatedDrift = null };
    }

    private PruneOptions Options() => new()
    {
        Sparsity = Sparsity,
        Pattern = PrunePattern.Parse(Pattern ?? "unstructured"),
        Schedule = Schedule switch
        {
            null => null,
            "uniform" => PruneSchedule.Uniform,
            "global" => PruneSchedule.Global,
            "sensitivity" => PruneSchedule.Sensitivity,
            _ => throw new UsageException($"'{Schedule}' is no schedule; known are uniform, global and sensitivity", "--schedule"),
        },
        MinSize = MinSize,
        Multiple = Multiple,
        Include = Include ?? [],
        Exclude = Exclude ?? [],
        Refit = Refit,
    };

    private SampleBatches Load(Model model, PassContext context)
    {
        IModelRunner runner = context.Runner ?? throw new PassException("prune", "needs a runner to see what the data excites");
        Preprocessing? given = Preprocessing is { ValueKind: JsonValueKind.Object } json ? PreprocessingFile.Parse(Encoding.UTF8.GetBytes(json.GetRawText()), "recipe") : null;
        using Dataset data = Datasets.Open(Data!, DataOptions ?? new DatasetOptions());
        int[] order = [.. StratifiedOrder.Of(data, context.Seed).Take(Samples)];
        LoadedSamples loaded = new SampleLoader(runner).Load(model, data, order, new EvaluationOptions { Preprocessing = given, Threads = context.Threads }, context.Cancellation);
        foreach (Diagnostic d in loaded.Diagnostics)
        {
            context.Diagnostics.Add(d);
        }

        return SampleBatches.Create(runner, model, loaded.Inputs, 32);
    }
}
