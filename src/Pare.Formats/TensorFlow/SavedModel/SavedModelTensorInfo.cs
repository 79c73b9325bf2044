using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>An input or output of a signature (meta_graph.proto, TensorInfo).</summary>
/// <param name="Key">What the signature calls it.</param>
/// <param name="Tensor">The graph's tensor (<c>node:0</c>); empty where it is no dense tensor.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its shape as far as known; null for an unknown rank.</param>
/// <param name="Offset">Where it stands in the file.</param>
internal sealed record SavedModelTensorInfo(string Key, string Tensor, DataType Type, SymbolicShape? Shape, long Offset)
{
    public static SavedModelTensorInfo Read(string key, ReadOnlyMemory<byte> bytes, long offset)
    {
        string tensor = "";
        DataType type = DataType.Undefined;
        SymbolicShape? shape = null;
        WireReader r = new(bytes, SavedModelFormat.Label, offset);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    tensor = r.Text();
                    break;
                case 2:
                    type = GraphDefTypes.FromCode(r.Int32());
                    break;
                case 3:
                    ReadOnlyMemory<byte> content = r.Bytes();
                    shape = GraphDefAttributeReader.ReadShape(content, r.Offset + r.Position - content.Length);
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new SavedModelTensorInfo(key, tensor, type, shape, offset);
    }
}
