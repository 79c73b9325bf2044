using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>What a file says of a tensor beside what the graph holds.</summary>
/// <param name="Index">Its place among the subgraph's tensors.</param>
/// <param name="Name">The name it was given in the graph, where names are unique.</param>
/// <param name="Tensor">The table.</param>
/// <param name="Shape">The shape it was given in the graph.</param>
internal sealed record TFLiteTensorInfo(int Index, string Name, FlatObject Tensor, SymbolicShape? Shape);

/// <summary>What a file says of an operator beside what the graph holds.</summary>
/// <param name="Operator">The table.</param>
/// <param name="Name">The operator's name as read.</param>
/// <param name="Version">Its version.</param>
/// <param name="Types">Element types of inputs and outputs as read, for which the version held.</param>
internal sealed record TFLiteOperatorInfo(FlatObject Operator, string Name, long Version, string Types);

/// <summary>What a file says of a subgraph beside what the graph holds.</summary>
/// <param name="SubGraph">The table.</param>
/// <param name="Others">Tensors that no operator takes or makes: scales of blocks, an operator's inner tensors.</param>
internal sealed record TFLiteSubgraphInfo(FlatObject SubGraph, IReadOnlyList<TFLiteOtherTensor> Others);

/// <summary>A tensor that no operator takes or makes.</summary>
/// <param name="Index">Its place among the subgraph's tensors.</param>
/// <param name="Tensor">The table.</param>
/// <param name="Content">Its buffer, or null.</param>
internal sealed record TFLiteOtherTensor(int Index, FlatObject Tensor, TFLiteContent? Content);

/// <summary>What a file says beside what the model holds.</summary>
/// <param name="Model">The table.</param>
/// <param name="Signatures">Signatures, with their tensors by place.</param>
/// <param name="Metadata">Metadata in order.</param>
/// <param name="MetadataBuffers">What the deprecated list of metadata buffers leads to; null where there is none.</param>
/// <param name="IsAppended">Whether buffers lie behind the tables.</param>
internal sealed record TFLiteModelInfo(
    FlatObject Model, IReadOnlyList<TFLiteSignature> Signatures, IReadOnlyList<(string Name, TFLiteContent? Content)> Metadata, IReadOnlyList<TFLiteContent?>? MetadataBuffers, bool IsAppended);

/// <summary>A signature: other names for a subgraph's inputs and outputs.</summary>
/// <param name="Table">The table.</param>
/// <param name="Inputs">Names of inputs.</param>
/// <param name="Outputs">Names of outputs.</param>
internal sealed record TFLiteSignature(FlatObject Table, IReadOnlyList<TFLiteSignatureEntry> Inputs, IReadOnlyList<TFLiteSignatureEntry> Outputs);

/// <summary>An entry of a signature.</summary>
/// <param name="Name">The other name.</param>
/// <param name="Place">Place among the subgraph's inputs (outputs); -1 where the tensor is none of them.</param>
/// <param name="Tensor">Index of the tensor in the file.</param>
internal sealed record TFLiteSignatureEntry(string Name, int Place, long Tensor);
