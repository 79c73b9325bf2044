using System.Globalization;
using System.Runtime.InteropServices;
using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Reads <c>TensorProto</c> and <c>SparseTensorProto</c>: raw and float data stay views, packed integers are decoded. Source: onnx.proto.</summary>
internal sealed class OnnxTensorReader(ExternalFiles external)
{
    /// <summary>A tensor with its name; the message can be copied as it stands unless the data lies elsewhere.</summary>
    public readonly record struct Result(string Name, TensorData Content, bool IsExternal);

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="ModelFormatException">Type, shape and data do not agree.</exception>
    public Result Read(WireReader message)
    {
        long start = message.Offset;
        List<long> dims = [];
        int code = 0;
        string name = "";
        bool isExternal = false;
        bool segmented = false;
        ReadOnlyMemory<byte>? raw = null;
        Fields typed = default;
        Dictionary<string, string>? location = null;
        List<ReadOnlyMemory<byte>>? strings = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    message.Int64s(dims);
                    break;
                case 2:
                    code = message.Int32();
                    break;
                case 3:
                    segmented = true;
                    message.Skip();
                    break;
                case 4 or 5 or 7 or 10 or 11:
                    typed.Add(ref message);
                    break;
                case 6:
                    (strings ??= []).Add(message.Bytes());
                    break;
                case 8:
                    name = message.Text();
                    break;
                case 9:
                    raw = message.Bytes();
                    break;
                case 13:
                    (string key, string value) = OnnxMessages.Entry(message.Message());
                    (location ??= new(StringComparer.Ordinal))[key] = value;
                    break;
                case 14:
                    isExternal = message.Int64() == 1;
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        DataType type = OnnxDataTypes.FromCode(code);
        if (type == DataType.Undefined)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"the tensor '{name}' has the data type {code}, which is none", start);
        }

        if (segmented)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"the tensor '{name}' is one of several segments, which no runtime reads", start);
        }

        try
        {
            TensorShape shape = new(CollectionsMarshal.AsSpan(dims));
            if (isExternal)
            {
                return new Result(name, External(type, shape, location, start, name), true);
            }

            if (type == DataType.String)
            {
                return new Result(name, new StringTensorData(shape, strings ?? []), false);
            }

            return new Result(name, new DenseTensorData(type, shape, raw ?? typed.ToBytes(type, shape.Count)), false);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"the tensor '{name}': {e.Message}", start, innerException: e);
        }
    }

    /// <summary>Reads a sparse tensor; its name is that of its values.</summary>
    public Result ReadSparse(WireReader message)
    {
        long start = message.Offset;
        List<long> dims = [];
        Result? values = null;
        TensorData? indices = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    values = Read(message.Message());
                    break;
                case 2:
                    indices = Read(message.Message()).Content;
                    break;
                case 3:
                    message.Int64s(dims);
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (values is not { } v)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, "a sparse tensor without values", start);
        }

        try
        {
            TensorShape shape = new(CollectionsMarshal.AsSpan(dims));
            return new Result(v.Name, new SparseTensorData(shape, v.Content, Positions(shape, v.Content.Count, indices)), v.IsExternal);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"the sparse tensor '{v.Name}': {e.Message}", start, innerException: e);
        }
    }

    private static long[] Positions(TensorShape shape, long count, TensorData? indices)
    {
        if (indices is null)
        {
            return [];
        }

        if (indices.Type != DataType.Int64 || indices.Shape.Rank is not (1 or 2) || indices.Shape[0] != count || (indices.Shape.Rank == 2 && indices.Shape[1] != shape.Rank))
        {
            throw new GraphException($"{count} values of a tensor {shape} have indices {indices}");
        }

        long[] all = indices.ToArray<long>();
        if (indices.Shape.Rank == 1)
        {
            return all;
        }

        long[] positions = new long[count];
        for (int i = 0; i < positions.Length; i++)
        {
            long at = 0;
            for (int d = 0; d < shape.Rank; d++)
            {
                long index = all[(i * shape.Rank) + d];
                if (index < 0 || index >= shape[d])
                {
                    throw new GraphException($"index {index} of value {i} is outside dimension {d} of {shape}");
                }

                at = (at * shape[d]) + index;
            }

            positions[i] = at;
        }

        return positions;
    }

    private TensorData External(DataType type, TensorShape shape, Dictionary<string, string>? entries, long start, string name)
    {
        string location = entries?.GetValueOrDefault("location") ?? throw new ModelFormatException(OnnxFormat.FormatName, $"the tensor '{name}' has external data without a location", start);
        long offset = Number(entries, "offset", start, name) ?? 0;
        long length = Number(entries, "length", start, name) ?? type.ByteLength(shape.Count);
        (ByteSource source, long at, long bytes) = external.Open(location, offset, length, start, name);
        return new SourceTensorData(type, shape, source, at, bytes);
    }

    private static long? Number(Dictionary<string, string> entries, string key, long start, string name)
    {
        if (!entries.TryGetValue(key, out string? text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ModelFormatException(OnnxFormat.FormatName, $"the tensor '{name}' has external data with the {key} '{text}', which is no number", start);
    }

    // The typed fields. A single packed run of floats or doubles is the dense form already, so it stays a view.
    private struct Fields
    {
        private ReadOnlyMemory<byte> _view;
        private int _viewField;
        private List<float>? _floats;
        private List<double>? _doubles;
        private List<long>? _integers;

        public void Add(ref WireReader message)
        {
            int field = message.Field;
            bool real = field is 4 or 10;
            if (real && message.Type == WireType.Bytes && _viewField == 0 && _floats is null && _doubles is null)
            {
                _view = message.Bytes();
                _viewField = field;
                return;
            }

            if (real)
            {
                // Split runs are legal but rare: gather them.
                if (_viewField != 0)
                {
                    (_floats ??= []).AddRange(_viewField == 4 ? MemoryMarshal.Cast<byte, float>(_view.Span) : []);
                    (_doubles ??= []).AddRange(_viewField == 10 ? MemoryMarshal.Cast<byte, double>(_view.Span) : []);
                    _view = default;
                    _viewField = 0;
                }

                if (field == 4)
                {
                    message.Floats(_floats ??= []);
                }
                else
                {
                    message.Doubles(_doubles ??= []);
                }

                return;
            }

            message.Int64s(_integers ??= []);
        }

        public readonly ReadOnlyMemory<byte> ToBytes(DataType type, long count)
        {
            switch (type)
            {
                case DataType.Float32 or DataType.Complex64:
                    return _viewField == 4 ? _view : MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_floats)).ToArray();
                case DataType.Float64 or DataType.Complex128:
                    return _viewField == 10 ? _view : MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_doubles)).ToArray();
                default:
                    return Integers(type, count);
            }
        }

        // Sub-byte elements: each integer is one byte of packed elements.
        private readonly byte[] Integers(DataType type, long count)
        {
            ReadOnlySpan<long> values = CollectionsMarshal.AsSpan(_integers);
            int size = Math.Max(1, type.BitWidth() / 8);
            if (values.Length != type.ByteLength(count) / size)
            {
                throw new GraphException($"the shape asks for {count} elements of type {type}, found {values.Length} numbers");
            }

            byte[] bytes = new byte[(long)values.Length * size];
            for (int i = 0; i < values.Length; i++)
            {
                for (int b = 0; b < size; b++)
                {
                    bytes[(i * size) + b] = unchecked((byte)(values[i] >> (8 * b)));
                }
            }

            return bytes;
        }
    }
}
