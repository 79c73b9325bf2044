using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Inputs and outputs of a way to use a graph (meta_graph.proto, SignatureDef), in the file's order.</summary>
/// <param name="Name">Its name (<c>serving_default</c>).</param>
/// <param name="Inputs">What is fed.</param>
/// <param name="Outputs">What is given out.</param>
internal sealed record SavedModelSignature(string Name, IReadOnlyList<SavedModelTensorInfo> Inputs, IReadOnlyList<SavedModelTensorInfo> Outputs)
{
    public static SavedModelSignature Read(string name, ReadOnlyMemory<byte> bytes, long offset)
    {
        List<SavedModelTensorInfo> inputs = [], outputs = [];
        WireReader r = new(bytes, SavedModelFormat.Label, offset);
        while (r.Next())
        {
            if (r.Field is 1 or 2)
            {
                bool input = r.Field == 1;
                WireReader entry = r.Message();
                MapEntry e = MapEntry.Read(ref entry);
                (input ? inputs : outputs).Add(SavedModelTensorInfo.Read(GraphDefText.Decode(e.Key.Span, e.KeyOffset), e.Value, e.ValueOffset));
            }
            else
            {
                r.Skip();
            }
        }

        return new SavedModelSignature(name, inputs, outputs);
    }
}
