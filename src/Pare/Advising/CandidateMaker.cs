using System.Globalization;
using Pare.Codecs;
using Pare.Compress;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Pruning;
using Pare.Workflows;

namespace Pare.Advising;

/// <summary>Makes candidates by the steps that the verbs take, and measures them.</summary>
internal sealed class CandidateMaker
{
    private const long LargestPacked = 16_000_000;
    private readonly IModelRunner _runner;
    private readonly AdviceRequest _request;
    private readonly DeviceProfile? _device;
    private readonly Model _model;
    private readonly EvaluationResult? _baseline;
    private readonly Dataset? _test;
    private readonly CancellationToken _cancellation;

    public CandidateMaker(IModelRunner runner, AdviceRequest request, DeviceProfile? device, Model model, EvaluationResult? baseline, Dataset? test, CancellationToken cancellation)
    {
        _runner = runner;
        _request = request;
        _device = device;
        _model = model;
        _baseline = baseline;
        _test = test;
        _cancellation = cancellation;
    }

    /// <summary>What was tolerated on the way.</summary>
    public List<Diagnostic> Diagnostics { get; } = [];

    public AdviceCandidate Float32() => Make("float32", [Command("convert", "model.tflite")], new ConvertStep { To = "tflite" });

    public AdviceCandidate Quantized(string scheme)
    {
        bool measured = scheme is "int8" or "int16x8";
        string options = $"--scheme {scheme}{(measured ? $" --calibration {_request.Data}" : "")}{(scheme == "int8" ? Interface : "")}";
        return Make(scheme, [Command("quantize", $"model_{scheme}.tflite", options)], Scheme(scheme));
    }

    public AdviceCandidate Pruned(double sparsity)
    {
        string part = sparsity.ToString(CultureInfo.InvariantCulture);
        string data = _request.Data is null ? "" : $" --data {_request.Data}";
        return Make(
            $"prune {part}",
            [Command("convert", "model.tflite"), $"pare prune model.tflite -o model_pruned.tflite --sparsity {part}{data}", "pare pack model_pruned.tflite -o model.pare"],
            new ConvertStep { To = "tflite" },
            new PruneStep { Sparsity = sparsity, Data = _request.Data, DataOptions = _request.DataOptions, Preprocessing = CalibrationSource.Keep(_request.Evaluation.Preprocessing) });
    }

    /// <summary>Weights of a tensor shared among a few values: the file stays, what is sent shrinks.</summary>
    public AdviceCandidate Clustered(int clusters) => Make(
        $"cluster {clusters}",
        [Command("convert", "model.tflite"), $"pare cluster model.tflite -o model_clustered.tflite --clusters {clusters}", "pare pack model_clustered.tflite -o model.pare"],
        new ConvertStep { To = "tflite" },
        new ClusterStep { Clusters = clusters });

    public AdviceCandidate Narrowed(double sparsity)
    {
        string part = sparsity.ToString(CultureInfo.InvariantCulture);
        string data = _request.Data is null ? "" : $" --data {_request.Data}";
        string scheme = _request.Data is null ? "float32" : "int8";
        List<RecipeStep> steps =
        [
            new ConvertStep { To = "tflite" },
            new PruneStep
            {
                Sparsity = sparsity, Pattern = "channels", Data = _request.Data, DataOptions = _request.DataOptions, Preprocessing = CalibrationSource.Keep(_request.Evaluation.Preprocessing),
            },
        ];
        List<string> commands = [Command("convert", "model.tflite"), $"pare prune model.tflite -o model_narrow.tflite --pattern channels --sparsity {part}{data}"];
        if (_request.Data is not null)
        {
            steps.Add(Scheme("int8"));
            commands.Add($"pare quantize model_narrow.tflite -o model_narrow_int8.tflite --scheme int8 --calibration {_request.Data}{Interface}");
        }

        return Make($"channels {part} + {scheme}", commands, [.. steps]);
    }

    // Where there is nothing but integers, inputs and outputs are integers too.
    private string Interface => _device?.Goal is AdviceGoal.Memory or AdviceGoal.Integers ? " --io int8" : "";

    private string Command(string verb, string output, string options = "") => $"pare {verb} {_request.Input} -o {output}{(options.Length > 0 ? " " + options : "")}";

    private QuantizeStep Scheme(string scheme) => new()
    {
        Scheme = scheme,
        Io = scheme == "int8" && Interface.Length > 0 ? "int8" : "float",
        Calibration = scheme is "int8" or "int16x8"
            ? new CalibrationSource
            {
                Data = _request.Data!,
                DataOptions = _request.DataOptions.Limit is null ? _request.DataOptions with { Limit = CalibrationSource.UsualSamples, Shuffle = true } : _request.DataOptions,
                Preprocessing = CalibrationSource.Keep(_request.Evaluation.Preprocessing),
            }
            : null,
    };

    private AdviceCandidate Make(string technique, IReadOnlyList<string> commands, params RecipeStep[] steps)
    {
        AdviceCandidate candidate = new() { Technique = technique, Commands = commands };
        Model model = _model.Clone();
        try
        {
            PassContext context = new() { Runner = _runner, Threads = _request.Threads, Seed = _request.Seed, Diagnostics = Diagnostics, Cancellation = _cancellation };
            foreach (RecipeStep step in steps)
            {
                _cancellation.ThrowIfCancellationRequested();
                model = step.Apply(model, context).Model;
            }

            GraphVerifier.Verify(model);
            return Measure(candidate, model);
        }
        catch (PareException e) when (e is not ModelFormatException)
        {
            return candidate with { Failed = e.Message };
        }
    }

    private AdviceCandidate Measure(AdviceCandidate candidate, Model model)
    {
        IModelFormat format = ModelFormats.All.First(f => f.Name == "tflite");
        using MemoryStream file = new();
        format.Write(model, new StreamTarget(file, ".tflite"));
        byte[] bytes = file.ToArray();
        long? packed = null;
        if (bytes.LongLength <= LargestPacked)
        {
            using MemoryStream container = new();
            ModelPacker.Pack(model, format, ".tflite", container, new PackOptions { Threads = _request.Threads }, _cancellation);
            packed = container.Length;
        }

        bool micro = _device?.Runtime == "tflite-micro";
        long arena = ArenaPlanner.Bytes(model, micro ? ArenaOptions.Micro : ArenaOptions.LiteRt);
        EvaluationResult? evaluated = _test is null ? null : new Evaluator(_runner).Evaluate(model, _test, _request.Evaluation with { Inputs = null, Output = null }, cancellation: _cancellation);
        PairedDrop? drop = evaluated is null ? null : PairedDrop.Of(_baseline!.Rows, evaluated.Rows);
        long? flash = _request.Flash ?? _device?.Flash;
        long? ram = _request.Ram ?? _device?.Ram;
        return candidate with
        {
            Bytes = bytes.LongLength,
            Gzip = GzipSizer.Measure(bytes),
            Pare = packed,
            ArenaBytes = arena,
            Accuracy = evaluated?.Accuracy,
            AccuracyLow = evaluated?.AccuracyLow,
            AccuracyHigh = evaluated?.AccuracyHigh,
            Drop = drop?.Points,
            DropMargin = drop?.Margin,
            Unsupported = [.. RuntimeTargets.Find(_device?.Runtime ?? "tflite").FindUnsupported(model), .. NotIntegers(model)],
            FallBack = _device?.Accelerated is { } taken ? [.. model.Graph.Nodes.Select(n => n.Operator).Where(o => !taken.Contains(o)).Distinct().Order(StringComparer.Ordinal)] : [],
            FitsFlash = flash is { } f ? bytes.LongLength <= f : null,
            FitsRam = ram is { } r ? arena <= r : null,
        };
    }

    // What runs on integers alone takes no operator on real numbers.
    private IEnumerable<UnsupportedNode> NotIntegers(Model model) => _device?.Goal != AdviceGoal.Integers
        ? []
        : model.Graph.Nodes.Where(n => n.Operator is not ("QUANTIZE" or "DEQUANTIZE") && n.Outputs.Any(o => o.Type == DataType.Float32)).Select(n => new UnsupportedNode(n.Output.Name, n.Operator, "computes with real numbers, which the device does not take"));
}
