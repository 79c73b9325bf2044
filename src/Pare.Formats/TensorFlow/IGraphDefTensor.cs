namespace Pare.Formats.TensorFlow;

/// <summary>A tensor that came from a GraphDef and remembers how it stood there, so that it is written back the same.</summary>
internal interface IGraphDefTensor
{
    /// <summary>The TensorProto as it stood in the file.</summary>
    ReadOnlyMemory<byte> Raw { get; }
}
