using System.Buffers.Binary;
using System.Text;
using Pare.Formats.Protobuf;
using Pare.Formats.TensorBoard;
using Pare.Formats.TensorFlow.SavedModel;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

/// <summary>Makes checkpoints: an index table and one data file.</summary>
internal sealed class CheckpointBuilder
{
    private readonly List<(byte[] Key, byte[] Value)> _entries = [];
    private readonly List<byte> _data = [];

    public byte[] Data => [.. _data];

    public int Endianness { get; set; }

    public CheckpointBuilder Add(string name, TensorData tensor) => Add(Encoding.UTF8.GetBytes(name), tensor.Type == DataType.Float32 ? 1 : 3, tensor.Shape.ToArray(), tensor.GetBytes().ToArray());

    public CheckpointBuilder AddSlice(string name, string slice, TensorData tensor) => Add(TensorSliceKey.Encode(name, slice), 1, tensor.Shape.ToArray(), tensor.GetBytes().ToArray());

    public CheckpointBuilder Add(byte[] key, int type, long[] shape, byte[] bytes, long? offset = null, long? size = null, uint? crc = null)
    {
        WireWriter extents = new();
        foreach (long extent in shape)
        {
            WireWriter dimension = new();
            dimension.Int64(1, extent);
            extents.Message(2, dimension);
        }

        WireWriter w = new();
        w.Int64(1, type);
        w.Message(2, extents);
        w.Int64(4, offset ?? _data.Count);
        w.Int64(5, size ?? bytes.Length);
        byte[] entry = [.. w.ToArray(), 0x35, .. BitConverter.GetBytes(crc ?? Crc32C.Mask(Crc32C.Compute(bytes)))];
        _data.AddRange(bytes);
        _entries.Add((key, entry));
        return this;
    }

    /// <summary>The entries as a table's block, keys sharing prefixes.</summary>
    public byte[] Block()
    {
        WireWriter header = new();
        header.Int64(1, 1);
        header.Int64(2, Endianness);
        List<byte> block = [];
        byte[] last = [];
        foreach ((byte[] key, byte[] value) in _entries.OrderBy(e => Convert.ToHexString(e.Key), StringComparer.Ordinal).Prepend(([], header.ToArray())))
        {
            int shared = key.AsSpan().CommonPrefixLength(last);
            Varint(block, shared);
            Varint(block, key.Length - shared);
            Varint(block, value.Length);
            block.AddRange(key[shared..]);
            block.AddRange(value);
            last = key;
        }

        return [.. block, 0, 0, 0, 0, 1, 0, 0, 0];
    }

    public byte[] Index() => Table(Block(), 0);

    /// <summary>A table around one block of entries, checksums right.</summary>
    public static byte[] Table(byte[] block, byte compression)
    {
        List<byte> file = [];
        List<byte> handle = [];
        Put(file, block, compression, handle);
        List<byte> index = [];
        Varint(index, 0);
        Varint(index, 1);
        Varint(index, handle.Count);
        index.Add(0xFF);
        index.AddRange(handle);
        index.AddRange([0, 0, 0, 0, 1, 0, 0, 0]);
        List<byte> footer = [];
        Put(file, [0, 0, 0, 0, 1, 0, 0, 0], 0, footer);
        Put(file, [.. index], 0, footer);
        footer.AddRange(new byte[40 - footer.Count]);
        byte[] magic = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(magic, 0xDB4775248B80FB57);
        return [.. file, .. footer, .. magic];
    }

    private static void Put(List<byte> file, byte[] content, byte compression, List<byte> handle)
    {
        Varint(handle, file.Count);
        Varint(handle, content.Length);
        file.AddRange(content);
        file.Add(compression);
        file.AddRange(BitConverter.GetBytes(Crc32C.Mask(Crc32C.Compute([.. content, compression]))));
    }

    private static void Varint(List<byte> to, long value)
    {
        for (; value > 127; value >>= 7)
        {
            to.Add((byte)(value | 128));
        }

        to.Add((byte)value);
    }
}
