namespace Pare.Evaluation;

/// <summary>How decoding went: <c>sk_codec_result_t</c> of Skia's C interface.</summary>
internal enum SkiaCodecResult
{
    Success,
    IncompleteInput,
    ErrorInInput,
    InvalidConversion,
    InvalidScale,
    InvalidParameters,
    InvalidInput,
    CouldNotRewind,
    InternalError,
    Unimplemented,
}
