using System.Globalization;

namespace Pare.Formats.TensorFlow;

/// <summary>An input as a NodeDef writes it: <c>x</c>, <c>x:1</c>, or <c>^x</c> for a control input (port -1).</summary>
/// <param name="Name">The producer's name, as it lies in the file; in a function's body with what follows it (<c>x:y:0</c>).</param>
/// <param name="Port">Which of the producer's outputs.</param>
/// <param name="Consumer">Index of the consumer.</param>
/// <param name="Producer">Index of the producer, once known.</param>
/// <param name="Offset">Where in the file the input stands.</param>
internal readonly record struct Edge(ReadOnlyMemory<byte> Name, int Port, int Consumer, int Producer, long Offset)
{
    public static Edge Parse(ReadOnlyMemory<byte> input, long offset, int consumer, out bool explicitZero)
    {
        explicitZero = false;
        ReadOnlySpan<byte> text = input.Span;
        if (text.Length > 0 && text[0] == (byte)'^')
        {
            return new Edge(input[1..], -1, consumer, -1, offset);
        }

        int colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            return new Edge(input, 0, consumer, -1, offset);
        }

        explicitZero = port == 0;
        return new Edge(input[..colon], port, consumer, -1, offset);
    }

    /// <summary>In a function's body inputs are an argument's name, or <c>node:output:index</c>, whose port only the node's operator tells.</summary>
    public static Edge ParseInFunction(ReadOnlyMemory<byte> input, long offset, int consumer)
        => input.Length > 0 && input.Span[0] == (byte)'^' ? new Edge(input[1..], -1, consumer, -1, offset) : new Edge(input, 0, consumer, -1, offset);
}
