namespace Pare.Formats.TFLite;

/// <summary>A tensor that lies in a TFLite file in its stored form, which can be written as it stands.</summary>
internal interface ITFLiteTensor
{
    /// <summary>The stored form.</summary>
    TFLiteContent Content { get; }
}
