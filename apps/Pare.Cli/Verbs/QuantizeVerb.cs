using System.CommandLine;
using Pare.Compress;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare quantize MODEL -o OUT.tflite</c>.</summary>
internal sealed class QuantizeVerb : RewriteVerb
{
    private readonly Option<string> _scheme = new("--scheme")
    {
        Description = "float32: no binary64; float16, bfloat16: half the size (.tflite, .onnx, .pb; bfloat16 not .tflite); dynamic: int8 weights, activations quantized at run time; weights-int8: as small, computed in float; weights-int4: half of that; int8: integers throughout; int16x8: with 16-bit activations",
        DefaultValueFactory = _ => "dynamic",
        HelpName = "SCHEME",
    };

    private readonly Option<string> _io = new("--io") { Description = "Inputs and outputs of int8: float, int8 or uint8 (of int16x8: float or int16)", DefaultValueFactory = _ => "float", HelpName = "TYPE" };
    private readonly Option<string> _granularity = new("--granularity") { Description = "Scales of weights: channel or tensor; with weights-int4 also group:32, 64, 128, 256 in matrix products", DefaultValueFactory = _ => "channel", HelpName = "G" };
    private readonly Option<string> _target = new("--target") { Description = "The runtime: tflite or tflite-micro; what it cannot run is refused", DefaultValueFactory = _ => "tflite", HelpName = "T" };
    private readonly Option<bool> _integerOnly = new("--integer-only") { Description = "Refuse a model of which an operator would stay on real numbers" };
    private readonly Option<string[]> _tuning = Arguments.Names("--tuning", $"For the weights: none, or some of {string.Join(", ", WeightTuning.Names)} (default: by the scheme)");
    private readonly CalibrationDataOptions _calibration = new();
    private readonly Option<long> _minSize = new("--min-size") { Description = "Leave weights with fewer values alone (weights beside real activations)", DefaultValueFactory = _ => 256, HelpName = "N" };
    private readonly Option<string[]> _include = Arguments.Names("--include", "Globs of the constants (and nodes, with int8 and int16x8) that take part");
    private readonly Option<string[]> _exclude = Arguments.Names("--exclude", "Globs of the constants (and nodes) that do not");

    public QuantizeVerb()
    {
        _scheme.AcceptOnlyFromAmong([.. QuantizeStepCheck.Schemes]);
        _io.AcceptOnlyFromAmong("float", "int8", "uint8", "int16");
    }

    public override string Example => "pare quantize samples/petals/petals.h5 -o petals_int8.tflite --scheme int8 --calibration samples/petals/calibration";

    protected override IEnumerable<Symbol> Options => [_scheme, _io, _granularity, _target, _integerOnly, _tuning, .. _calibration.Symbols, _minSize, _include, _exclude];

    protected override string? DefaultRecipe(VerbContext context) => CompressWorkflow.Beside(OutputOf(context), ".recipe.json");

    protected override RecipeStep Step(VerbContext context)
    {
        QuantizeStep step = new()
        {
            Scheme = context.Get(_scheme)!,
            To = QuantizeStep.TargetOf(OutputOf(context), context.Get(_scheme)!),
            Io = context.Get(_io)!,
            Granularity = context.Get(_granularity)!,
            Target = context.Get(_target)!,
            IntegerOnly = context.Get(_integerOnly),
            Tuning = context.Get(_tuning) is { Length: > 0 } tuning ? [.. tuning.Where(t => t != "none")] : null,
            Ranges = _calibration.Ranges(context),
            Percentile = _calibration.Percentile(context),
            MinSize = context.Get(_minSize),
            Include = context.Get(_include) ?? [],
            Exclude = context.Get(_exclude) ?? [],
            Calibration = _calibration.Source(context, ModelOf(context), SeedOf(context)),
            Calibrated = _calibration.Cached(context),
            Cache = _calibration.Cache(context),
        };
        QuantizeStepCheck.Validate(step);
        return step;
    }
}
