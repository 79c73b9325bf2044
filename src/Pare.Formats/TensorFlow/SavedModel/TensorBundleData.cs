using Pare.Formats.TensorBoard;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>A tensor in a checkpoint's data file, little-endian, read when asked for; its masked CRC-32C is checked once, before the first bytes are given out.</summary>
internal sealed class TensorBundleData : TensorData
{
    private const int Part = 1 << 24;

    private readonly string _name;
    private readonly ByteSource _shard;
    private readonly long _offset;
    private readonly uint _checksum;
    private readonly SourceTensorData _data;
    private volatile bool _checked;

    /// <exception cref="GraphException">The number of bytes is not that of shape and type.</exception>
    public TensorBundleData(string name, DataType type, TensorShape shape, ByteSource shard, long offset, long size, uint checksum)
        : base(type, shape)
    {
        _data = new SourceTensorData(type, shape, shard, offset, size);
        _name = name;
        _shard = shard;
        _offset = offset;
        _checksum = checksum;
    }

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        Check();
        _data.ReadBytes(offset, destination);
    }

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        Check();
        return _data.TryGetBytes(out bytes);
    }

    private void Check()
    {
        if (_checked)
        {
            return;
        }

        uint crc = 0;
        for (long done = 0; done < ByteLength;)
        {
            int n = (int)Math.Min(Part, ByteLength - done);
            crc = Crc32C.Extend(crc, _shard.Slice(_offset + done, n).Span);
            done += n;
        }

        uint found = Crc32C.Mask(crc);
        _checked = found == _checksum
            ? true
            : throw new ModelFormatException(TensorBundle.Label, $"the tensor's bytes have the checksum 0x{found:x8}, expected 0x{_checksum:x8}; the data file is damaged", _offset, _name);
    }
}
