namespace Pare.Formats.Onnx;

/// <summary>How an ONNX model is written.</summary>
public sealed record OnnxWriteOptions
{
    /// <summary>Bytes from which on an initializer of the main graph goes to the companion file; null (the default): none does unless the message would reach <see cref="MaxMessageBytes"/>.</summary>
    public long? ExternalFrom { get; init; }

    /// <summary>Bytes that a message may have; 2^31 - 1 (the default and the most) is what protocol buffers allow.</summary>
    public long MaxMessageBytes { get; init; } = int.MaxValue;
}
