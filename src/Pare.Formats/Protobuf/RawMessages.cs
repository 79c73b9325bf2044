namespace Pare.Formats.Protobuf;

/// <summary>Earlier occurrences of messages that stand more than once; concatenated bytes are merged messages (encoding specification).</summary>
internal struct RawMessages
{
    private List<(int Field, ReadOnlyMemory<byte> Bytes)>? _earlier;

    /// <param name="field">The field's number.</param>
    /// <param name="whole">The field with its tag.</param>
    /// <param name="format">What errors call the format.</param>
    public void Add(int field, ReadOnlyMemory<byte> whole, string format)
    {
        WireReader r = new(whole, format);
        r.Next();
        (_earlier ??= []).Add((field, r.Bytes()));
    }

    /// <summary>All occurrences of a field merged, <paramref name="last"/> at the end.</summary>
    public readonly ReadOnlyMemory<byte> With(int field, ReadOnlyMemory<byte> last)
    {
        if (_earlier is null || !_earlier.Exists(e => e.Field == field))
        {
            return last;
        }

        using MemoryStream all = new();
        foreach ((int number, ReadOnlyMemory<byte> bytes) in _earlier)
        {
            if (number == field)
            {
                all.Write(bytes.Span);
            }
        }

        all.Write(last.Span);
        return all.ToArray();
    }
}
