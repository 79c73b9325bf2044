namespace Pare.Formats.TensorFlow;

/// <summary>A few bytes can claim many outputs; a file's size bounds how many of them are believed. One instance a file.</summary>
internal sealed class GraphDefOutputBudget(long fileBytes)
{
    private const int FreeOutputs = 100_000;
    private const int BytesAnOutput = 32;

    private long _outputs;

    /// <exception cref="ModelFormatException">The file claims more than it can have.</exception>
    public void Spend(long outputs, long offset, Node node)
    {
        _outputs += outputs;
        if (_outputs > FreeOutputs + (fileBytes / BytesAnOutput))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"more outputs are claimed ({_outputs}) than a graph of {fileBytes} bytes can have", offset, node.Name);
        }
    }
}
