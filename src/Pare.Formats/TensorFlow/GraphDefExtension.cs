namespace Pare.Formats.TensorFlow;

/// <summary>What a GraphDef holds beside its nodes; lies in <see cref="Model.Extension"/>. Immutable.</summary>
public sealed class GraphDefExtension
{
    internal GraphDefExtension(ReadOnlyMemory<byte> fields, long? producer, long? minConsumer, IReadOnlyList<ModelFunction> functions)
    {
        Fields = fields;
        Producer = producer;
        MinConsumer = minConsumer;
        Functions = [.. functions.Select(f => f.Name)];
        Library = [.. functions.Select(f => f.Extension)];
    }

    /// <summary>Version of the TensorFlow GraphDef producer (<c>versions.producer</c>); null where the file has no <c>versions</c>, as real frozen graphs.</summary>
    public long? Producer { get; }

    /// <summary>Oldest consumer that may read the graph (<c>versions.min_consumer</c>); null where not said.</summary>
    public long? MinConsumer { get; }

    /// <summary>Names of the functions in the file's library.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>All fields of the GraphDef but the nodes, as they stood.</summary>
    internal ReadOnlyMemory<byte> Fields { get; }

    /// <summary>What the functions read carry in their extension: as long as the model has the same ones, the library is written as it stood.</summary>
    internal IReadOnlyList<object?> Library { get; }
}
