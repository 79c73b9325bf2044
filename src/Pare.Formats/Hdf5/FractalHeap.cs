using System.Numerics;

namespace Pare.Formats.Hdf5;

/// <summary>A fractal heap: where new-style groups and attributes keep what does not fit their headers. Without filters, as HDF5's own users write it.</summary>
internal sealed class FractalHeap
{
    private readonly Hdf5Bytes _bytes;
    private readonly long _address;
    private readonly int _idLength;
    private readonly long _hugeTree;
    private readonly int _width;
    private readonly long _start;
    private readonly long _maxDirect;
    private readonly int _offsetBytes;
    private readonly int _lengthBytes;
    private readonly long _root;
    private readonly int _rows;

    public FractalHeap(Hdf5Bytes bytes, long address)
    {
        bytes.Signature(address, "FRHP"u8, "a fractal heap");
        _bytes = bytes;
        _address = address;
        _idLength = bytes.UInt16(address + 5);
        if (bytes.UInt16(address + 7) != 0)
        {
            throw new UnsupportedModelException($"HDF5, byte {address + bytes.BaseAddress}: a heap is compressed, which Pare does not read; repack the file with h5repack", []);
        }

        int o = bytes.OffsetSize;
        int l = bytes.LengthSize;
        long mostManaged = bytes.UInt32(address + 10);
        _hugeTree = bytes.Offset(address + 14 + l);
        long at = address + 14 + l + o + l + o + (8 * l);
        _width = bytes.UInt16(at);
        _start = bytes.LengthAt(at + 2, "the size of a heap's first block");
        _maxDirect = bytes.LengthAt(at + 2 + l, "the size of a heap's largest block");
        int heapBits = bytes.UInt16(at + 2 + (2 * l));
        _root = bytes.Offset(at + 6 + (2 * l));
        _rows = bytes.UInt16(at + 6 + (2 * l) + o);
        if (_width == 0 || _start <= 0 || !BitOperations.IsPow2(_start) || !BitOperations.IsPow2(_maxDirect) || _maxDirect < _start || heapBits is 0 or > 64)
        {
            bytes.Fail(address, $"a heap has a table of width {_width}, blocks of {_start} to {_maxDirect} bytes, offsets of {heapBits} bits");
        }

        _offsetBytes = (heapBits + 7) / 8;
        _lengthBytes = (BitOperations.Log2((ulong)Math.Max(1, Math.Min(_maxDirect, mostManaged))) / 8) + 1;
    }

    /// <summary>Where an object lies, by the heap ID at an address.</summary>
    public (long At, long Length) Find(long id)
    {
        int kind = (_bytes.Byte(id) >> 4) & 3;
        switch (kind)
        {
            case 0:
                long offset = _bytes.Number(id + 1, _offsetBytes, "an offset in a heap");
                long length = _bytes.Number(id + 1 + _offsetBytes, _lengthBytes, "the length of a heap's object");
                return (Place(offset), length);
            case 1:
                return Huge(id);
            case 2:
                // Up to 16 bytes in the ID itself; the long form has 12 bits of length.
                return _idLength - 1 <= 16 ? (id + 1, (_bytes.Byte(id) & 15) + 1) : (id + 2, (((_bytes.Byte(id) & 15) << 8) | _bytes.Byte(id + 1)) + 1);
            default:
                throw _bytes.Damaged(id, $"a heap's object is of kind {kind}; known are 0 to 2");
        }
    }

    private (long At, long Length) Huge(long id)
    {
        if (_idLength >= 1 + _bytes.OffsetSize + _bytes.LengthSize)
        {
            return (_bytes.Address(id + 1, "a huge object"), _bytes.LengthAt(id + 1 + _bytes.OffsetSize, "the length of a huge object"));
        }

        long key = _bytes.Number(id + 1, Math.Min(8, _idLength - 1), "the number of a huge object");
        if (_hugeTree != Hdf5Bytes.Undefined)
        {
            int l = _bytes.LengthSize;
            foreach (long record in BTree2.Read(_bytes, _hugeTree).Records)
            {
                if (_bytes.Number(record + _bytes.OffsetSize + l, l, "the number of a huge object") == key)
                {
                    return (_bytes.Address(record, "a huge object"), _bytes.LengthAt(record + _bytes.OffsetSize, "the length of a huge object"));
                }
            }
        }

        throw _bytes.Damaged(id, $"the heap has no huge object {key}");
    }

    // Rows 0 and 1 hold blocks of the first size, each later row blocks twice as large; rows beyond the largest direct block hold indirect blocks.
    private long Place(long offset)
    {
        if (_root == Hdf5Bytes.Undefined)
        {
            throw _bytes.Damaged(_address, "a heap has no blocks, but an object is asked for");
        }

        if (_rows == 0)
        {
            _bytes.Signature(_root, "FHDB"u8, "a heap's block");
            return offset < _maxDirect ? _root + offset : throw _bytes.Damaged(_root, $"a heap's object lies at {offset}, beyond its block");
        }

        long block = _root;
        int rows = _rows;
        for (int depth = 0; depth < 32; depth++)
        {
            _bytes.Signature(block, "FHIB"u8, "a heap's table of blocks");
            int row = 0;
            long before = 0;
            for (; row < rows; row++)
            {
                long inRow = RowSize(row) * _width;
                if (offset < before + inRow)
                {
                    break;
                }

                before += inRow;
            }

            if (row == rows)
            {
                break;
            }

            long size = RowSize(row);
            long column = (offset - before) / size;
            long entry = block + 5 + _bytes.OffsetSize + _offsetBytes + (((row * (long)_width) + column) * _bytes.OffsetSize);
            long child = _bytes.Address(entry, "a heap's block");
            offset -= before + (column * size);
            if (size <= _maxDirect)
            {
                _bytes.Signature(child, "FHDB"u8, "a heap's block");
                return child + offset;
            }

            block = child;
            rows = Math.Max(1, BitOperations.Log2((ulong)size) - BitOperations.Log2((ulong)(_start * _width)) + 1);
        }

        throw _bytes.Damaged(_address, "a heap's object lies beyond the heap's blocks");
    }

    private long RowSize(int row) => row < 2 ? _start : row - 1 < 62 - BitOperations.Log2((ulong)_start) - BitOperations.Log2((ulong)_width) - 1 ? _start << (row - 1) : throw _bytes.Damaged(_address, $"a heap has a row {row} of blocks");
}
