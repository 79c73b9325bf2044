namespace Pare.Formats.Hdf5;

/// <summary>The header of an object (group or dataset), versions 1 and 2: its messages, continuations followed, none twice. Immutable and thread-safe.</summary>
internal sealed class Hdf5Header
{
    private const int MaxMessages = 1 << 16;
    private const int SharedFlag = 2;
    private readonly List<Hdf5Message> _messages = [];

    private Hdf5Header(Hdf5Bytes bytes, long address)
    {
        Bytes = bytes;
        Address = address;
    }

    /// <summary>Where it starts.</summary>
    public long Address { get; }

    /// <summary>The file.</summary>
    public Hdf5Bytes Bytes { get; }

    /// <summary>Whether parts of the header bear checksums (version 2).</summary>
    public bool HasChecksums { get; private init; }

    /// <summary>Reads the header at an address.</summary>
    public static Hdf5Header Read(Hdf5Bytes bytes, long address)
    {
        bool second = bytes.Slice(address, 4, "an object header").SequenceEqual("OHDR"u8);
        Hdf5Header header = new(bytes, address) { HasChecksums = second };
        Queue<(long At, long Size)> blocks = new();
        bool tracksOrder = false;
        if (second)
        {
            int flags = bytes.Byte(address + 5);
            tracksOrder = (flags & 4) != 0;
            long at = address + 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
            int width = 1 << (flags & 3);
            blocks.Enqueue((at + width, bytes.Number(at, width, "the size of an object header")));
        }
        else
        {
            if (bytes.Byte(address) != 1)
            {
                bytes.Fail(address, $"an object header is of version {bytes.Byte(address)}; known are 1 and 2");
            }

            blocks.Enqueue((address + 16, bytes.UInt32(address + 8)));
        }

        HashSet<long> seen = [];
        while (blocks.TryDequeue(out (long At, long Size) block))
        {
            if (!seen.Add(block.At))
            {
                bytes.Fail(block.At, "an object header continues in itself");
            }

            // Proves that the block lies in the file.
            _ = bytes.Slice(block.At, block.Size, "a part of an object header");
            header.ReadBlock(block.At, block.At + block.Size, second, tracksOrder, blocks);
        }

        return header;
    }

    /// <summary>The first message of a type, shared ones fetched from where they lie; null where there is none.</summary>
    public Hdf5Message? Find(int type)
    {
        foreach (Hdf5Message m in _messages)
        {
            if (m.Type == type)
            {
                return Resolve(m, 0);
            }
        }

        return null;
    }

    /// <summary>All messages of a type.</summary>
    public IEnumerable<Hdf5Message> All(int type) => _messages.Where(m => m.Type == type);

    /// <summary>A part of a message that may be shared with another object: its content's place.</summary>
    public static (long At, long Size) Shared(Hdf5Bytes bytes, int type, long at, int depth)
    {
        int version = bytes.Byte(at);
        int kind = bytes.Byte(at + 1);
        if (version is < 1 or > 3 || (version == 3 && kind != 2))
        {
            throw new UnsupportedModelException($"HDF5, byte {at + bytes.BaseAddress}: a message is shared in a way (version {version}, kind {kind}) that Pare does not read; repack the file with h5repack", []);
        }

        long address = bytes.Address(at + (version == 1 ? 8 : 2), "a shared message");
        return depth < 4 && Read(bytes, address)._messages.FirstOrDefault(m => m.Type == type) is { Size: > 0 } found
            ? (found.Flags & SharedFlag) != 0 ? Shared(bytes, type, found.At, depth + 1) : (found.At, found.Size)
            : throw bytes.Damaged(at, "a shared message leads to an object that lacks it");
    }

    private Hdf5Message Resolve(Hdf5Message message, int depth)
    {
        if ((message.Flags & SharedFlag) == 0)
        {
            return message;
        }

        (long at, long size) = Shared(Bytes, message.Type, message.At, depth);
        return message with { Flags = 0, At = at, Size = (int)size };
    }

    private void ReadBlock(long at, long end, bool second, bool tracksOrder, Queue<(long At, long Size)> blocks)
    {
        int head = second ? 4 + (tracksOrder ? 2 : 0) : 8;
        while (at + head <= end)
        {
            int type = second ? Bytes.Byte(at) : Bytes.UInt16(at);
            int size = Bytes.UInt16(at + (second ? 1 : 2));
            int flags = Bytes.Byte(at + (second ? 3 : 4));
            Hdf5Message message = new(type, flags, at + head, size);
            if (message.End > end)
            {
                Bytes.Fail(at, $"a message of {size} bytes exceeds its object header, which ends at {end}");
            }

            if (type == Hdf5Message.Continuation)
            {
                long next = Bytes.Address(message.At, "an object header's continuation");
                long length = Bytes.LengthAt(message.At + Bytes.OffsetSize, "an object header's continuation");
                if (second)
                {
                    Bytes.Signature(next, "OCHK"u8, "an object header's continuation");
                }

                // Version 2: signature in front, checksum behind.
                blocks.Enqueue(second ? (next + 4, Math.Max(0, length - 8)) : (next, length));
            }
            else if (type != 0)
            {
                _messages.Add(message);
            }

            if (_messages.Count + blocks.Count > MaxMessages)
            {
                Bytes.Fail(at, $"an object header has more than {MaxMessages} messages");
            }

            at = message.End;
        }
    }
}
