namespace Pare.Codecs;

/// <summary>Coded bytes are damaged, end early, or do not hold what they are said to hold. Nothing was allocated beyond the sizes that the caller gave.</summary>
public sealed class CodecException : FormatException
{
    /// <summary>Creates an error about coded bytes.</summary>
    /// <param name="codec">The codec that refused them, such as <c>symbols</c> or <c>planes</c>.</param>
    /// <param name="message">Found versus expected.</param>
    /// <param name="offset">Where in the coded bytes.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public CodecException(string codec, string message, long offset, Exception? innerException = null)
        : base($"{codec}: {message}, at byte {offset}", innerException)
    {
        Codec = codec;
        Problem = message;
        Offset = offset;
    }

    /// <summary>The codec that refused the bytes.</summary>
    public string Codec { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>Where in the coded bytes.</summary>
    public long Offset { get; }
}
