using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>The ways of storing a whole TFLite model that a search tries before it looks at single layers.</summary>
/// <param name="Prepare">The steps before quantization.</param>
/// <param name="Candidates">The candidates.</param>
/// <param name="Source">Samples for what looks at layers' inputs; null where they cannot be named to a recipe.</param>
internal sealed record TFLiteSchemes(IReadOnlyList<RecipeStep> Prepare, IReadOnlyList<SchemeCandidate> Candidates, CalibrationSource? Source)
{
    /// <summary>The scheme with 4 bits a weight.</summary>
    public const string FourBits = "weights-int4";

    // As the tools of this kind take.
    private const int CalibrationSamples = 500;

    /// <summary>The schemes for a job.</summary>
    /// <param name="request">The job.</param>
    /// <param name="original">The model as it came.</param>
    /// <param name="working">The model behind the steps before.</param>
    /// <param name="samples">Samples to calibrate with, which have no part in the report on data apart.</param>
    /// <param name="context">Runner and threads.</param>
    public static TFLiteSchemes Of(CompressRequest request, Model original, Model working, CompressSamples samples, PassContext context)
    {
        IReadOnlyList<RecipeStep> prepare = request.Options.Structure == CompressStructure.Free ? [new ConvertStep { To = "tflite" }, new OptimizeStep()] : [new ConvertStep { To = "tflite" }];

        // Weights that are fitted to few samples look too good on them, and the same samples judge; of many the fitted part is small.
        CalibrationSource? source = samples.Count < 2 * CalibrationSamples ? null : SourceOf(request, original);
        QuantizeStep[] steps =
        [
            new() { Scheme = "float16" }, new() { Scheme = "dynamic" }, new() { Scheme = "weights-int8" }, new() { Scheme = "int8", Calibrated = Calibrate(working, samples, context) }, new() { Scheme = FourBits, Calibration = source },
        ];
        return new TFLiteSchemes(prepare, [.. steps.Select(s => new SchemeCandidate(s.Scheme, [.. prepare, s]))], source);
    }

    // The converted model no longer tells what the Keras layers before it do to pictures; unless that is given, the samples would be read otherwise than they were.
    private static CalibrationSource? SourceOf(CompressRequest request, Model original) => request.Evaluation.Preprocessing is null && ReferenceEquals(original.Vocabulary, Vocabularies.Keras) ? null : new()
    {
        Data = Path.GetFullPath(request.Data),
        DataOptions = request.DataOptions,
        Preprocessing = CalibrationSource.Keep(request.Evaluation.Preprocessing),
        SkipUnreadable = request.SkipUnreadable,
        FirstHalf = request.TestData is null,
        Spread = CalibrationSamples,
    };

    private static CalibrationRecord Calibrate(Model working, CompressSamples samples, PassContext context)
    {
        using ActivationCalibrator calibrator = new(context.Runner!, working, new CalibrationOptions { Threads = context.Threads });
        foreach (IReadOnlyList<TensorData> inputs in samples.Take(CalibrationSamples).Inputs)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            calibrator.Add(inputs);
        }

        return CalibrationRecord.Of(calibrator.Finish(), ModelFingerprint.Of(working));
    }
}
