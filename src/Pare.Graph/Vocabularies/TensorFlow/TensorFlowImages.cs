namespace Pare;

/// <summary>Pictures, sound and text: pure functions of what they are given.</summary>
internal static class TensorFlowImages
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.Pure,
            [
                "DecodeJpeg", "DecodePng", "DecodeGif", "DecodeBmp", "DecodeImage", "DecodeAndCropJpeg", "ExtractJpegShape", "EncodeJpeg", "EncodePng", "AdjustContrast", "AdjustContrastv2", "AdjustHue", "AdjustSaturation",
                "RGBToHSV", "HSVToRGB", "DrawBoundingBoxes", "ExtractGlimpse", "AudioSpectrogram", "Mfcc", "DecodeWav", "EncodeWav", "DecodeRaw", "DecodeCSV", "DecodeBase64", "EncodeBase64",
                "ParseExample", "ParseSingleExample", "StringJoin", "StringSplit", "StringToNumber", "AsString", "StringToHashBucket", "StringToHashBucketFast", "Substr", "ReduceJoin", "RegexReplace",
                "CTCBeamSearchDecoder", "CTCGreedyDecoder", "CTCLoss",
            ]),
        .. TensorFlowTraits.Of(OperatorKind.Recurrent, ["BlockLSTM", "LSTMBlockCell", "GRUBlockCell", "CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"]),
    ];
}
