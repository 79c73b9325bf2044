using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Reads <c>AttributeProto</c>. Source: onnx.proto.</summary>
internal sealed class OnnxAttributeReader(OnnxTensorReader tensors, Func<WireReader, OnnxScope, int, Graph> readGraph)
{
    internal const int TypeFloat = 1, TypeInt = 2, TypeString = 3, TypeTensor = 4, TypeGraph = 5, TypeFloats = 6, TypeInts = 7, TypeStrings = 8, TypeGraphs = 10, TypeSparse = 11;

    /// <summary>Reads an attribute, and with it the graphs it holds.</summary>
    /// <param name="message">The message.</param>
    /// <param name="bytes">The same as bytes.</param>
    /// <param name="scope">Names that inner graphs may capture.</param>
    /// <param name="depth">Graphs around this one.</param>
    /// <returns>Name, value, and the content where it is one a <c>Constant</c> node may spell (null for references and graphs).</returns>
    public (string Name, AttributeValue Value, TensorData? Content, bool IsExternal) Read(WireReader message, ReadOnlyMemory<byte> bytes, OnnxScope scope, int depth)
    {
        long start = message.Offset;
        string name = "";
        int declared = 0;
        int found = 0;
        string? reference = null;
        float f = 0;
        long i = 0;
        ReadOnlyMemory<byte> s = default;
        OnnxTensorReader.Result? tensor = null;
        OnnxTensorReader.Result? sparse = null;
        ReadOnlyMemory<byte> tensorBytes = default;
        List<(ReadOnlyMemory<byte> Bytes, long Offset)> graphs = [];
        List<float> floats = [];
        List<long> ints = [];
        List<ReadOnlyMemory<byte>> strings = [];
        List<ReadOnlyMemory<byte>> other = [];
        bool opaque = false;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    name = message.Text();
                    break;
                case 2:
                    f = message.Float();
                    found = TypeFloat;
                    break;
                case 3:
                    i = message.Int64();
                    found = TypeInt;
                    break;
                case 4:
                    s = message.Bytes();
                    found = TypeString;
                    break;
                case 5:
                    WireReader t = message.Message();
                    tensor = tensors.Read(t);
                    tensorBytes = t.Whole;
                    found = TypeTensor;
                    break;
                case 6 or 11:
                    found = message.Field == 6 ? TypeGraph : TypeGraphs;
                    WireReader g = message.Message();
                    graphs.Add((g.Whole, g.Offset));
                    break;
                case 7:
                    message.Floats(floats);
                    found = TypeFloats;
                    break;
                case 8:
                    message.Int64s(ints);
                    found = TypeInts;
                    break;
                case 9:
                    strings.Add(message.Bytes());
                    found = TypeStrings;
                    break;
                case 20:
                    declared = message.Int32();
                    break;
                case 21:
                    reference = message.Text();
                    break;
                case 22:
                    sparse = tensors.ReadSparse(message.Message());
                    found = TypeSparse;
                    break;
                case 10 or 14 or 15 or 23:
                    opaque = true;
                    message.Skip();
                    break;
                default:
                    other.Add(message.Skip());
                    break;
            }
        }

        if (name.Length == 0)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, "an attribute without a name", start);
        }

        int type = declared != 0 ? declared : found;
        OnnxAttributeInfo info = new(declared, new OnnxFields(other), IsAbsent: found == 0);
        if (!string.IsNullOrEmpty(reference))
        {
            return (name, AttributeValue.Placeholder(reference).WithExtension(info), null, false);
        }

        if (opaque || type is 0 or > TypeSparse or 9)
        {
            return (name, AttributeValue.Raw(bytes), null, false);
        }

        Graph ReadGraph((ReadOnlyMemory<byte> Bytes, long Offset) g) => readGraph(new WireReader(g.Bytes, OnnxFormat.FormatName, g.Offset), scope, depth + 1);
        switch (type)
        {
            case TypeFloat:
                return (name, AttributeValue.Of(f).WithExtension(info), DenseTensorData.Create([f], TensorShape.Scalar), false);
            case TypeInt:
                return (name, AttributeValue.Of(i).WithExtension(info), DenseTensorData.Create([i], TensorShape.Scalar), false);
            case TypeString:
                return (name, AttributeValue.Of(s).WithExtension(info), new StringTensorData(TensorShape.Scalar, [s]), false);
            case TypeFloats:
                ReadOnlySpan<float> floatSpan = CollectionsMarshal.AsSpan(floats);
                return (name, AttributeValue.Of([.. floats]).WithExtension(info), DenseTensorData.Create(floatSpan, new TensorShape(floats.Count)), false);
            case TypeInts:
                ReadOnlySpan<long> intSpan = CollectionsMarshal.AsSpan(ints);
                return (name, AttributeValue.Of([.. ints]).WithExtension(info), DenseTensorData.Create(intSpan, new TensorShape(ints.Count)), false);
            case TypeStrings:
                return (name, AttributeValue.Of(strings.ToImmutableArray()).WithExtension(info), new StringTensorData(new TensorShape(strings.Count), strings), false);
            case TypeTensor when tensor is { } r:
                return (name, AttributeValue.Of(r.Content).WithExtension(r.IsExternal ? info : info with { Tensor = tensorBytes }), r.Content, r.IsExternal);
            case TypeGraph when graphs.Count == 1:
                return (name, AttributeValue.Of(ReadGraph(graphs[0])).WithExtension(info), null, false);
            case TypeGraphs:
                return (name, AttributeValue.Of(graphs.Select(ReadGraph).ToImmutableArray()).WithExtension(info), null, false);
            case TypeSparse when sparse is { } r:
                return (name, AttributeValue.Raw(bytes), r.Content, r.IsExternal);
            default:
                throw new ModelFormatException(OnnxFormat.FormatName, $"the attribute '{name}' declares the type {type} but holds no such value", start);
        }
    }
}
