namespace Pare.Formats.Hdf5;

/// <summary>The names of an old-style group.</summary>
internal sealed class LocalHeap
{
    private readonly Hdf5Bytes _bytes;
    private readonly long _data;
    private readonly long _size;

    public LocalHeap(Hdf5Bytes bytes, long address)
    {
        bytes.Signature(address, "HEAP"u8, "a group's heap of names");
        _bytes = bytes;
        _size = bytes.LengthAt(address + 8, "the size of a group's heap of names");
        _data = bytes.Address(address + 8 + (2 * bytes.LengthSize), "a group's heap of names");
    }

    public string Name(long offset) => offset >= 0 && offset < _size ? _bytes.Text(_data + offset, "a link's name") : throw _bytes.Damaged(_data, $"a link's name lies at {offset} of a heap of {_size} bytes");
}
