using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>The ways of storing a whole TFLite model that a search tries before it looks at single layers.</summary>
internal static class TFLiteSchemes
{
    // As the tools of this kind take.
    private const int CalibrationSamples = 500;

    /// <summary>The candidates.</summary>
    /// <param name="prepare">The steps before quantization.</param>
    /// <param name="working">The model behind these steps.</param>
    /// <param name="samples">Samples to calibrate with, which have no part in the report on data apart.</param>
    /// <param name="context">Runner and threads.</param>
    public static IReadOnlyList<SchemeCandidate> Of(IReadOnlyList<RecipeStep> prepare, Model working, CompressSamples samples, PassContext context)
    {
        QuantizeStep[] steps = [new() { Scheme = "float16" }, new() { Scheme = "dynamic" }, new() { Scheme = "weights-int8" }, new() { Scheme = "int8", Calibrated = Calibrate(working, samples, context) }];
        return [.. steps.Select(s => new SchemeCandidate(s.Scheme, [.. prepare, s]))];
    }

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

    /// <summary>The steps that make a TFLite model of one in any format.</summary>
    /// <param name="structure">Whether the graph may be optimised.</param>
    public static IReadOnlyList<RecipeStep> Prepare(CompressStructure structure) =>
        structure == CompressStructure.Free ? [new ConvertStep { To = "tflite" }, new OptimizeStep()] : [new ConvertStep { To = "tflite" }];
}
