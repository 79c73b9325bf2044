namespace Pare.Formats.TensorFlow;

/// <summary>Gathers pieces of a file one after the other; a single piece stays a view. Concatenating encoded messages merges them, by the protocol buffers specification.</summary>
internal struct RawFields
{
    private ReadOnlyMemory<byte> _first;
    private List<ReadOnlyMemory<byte>>? _more;

    public void Add(ReadOnlyMemory<byte> piece)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        if (_first.IsEmpty)
        {
            _first = piece;
        }
        else
        {
            (_more ??= []).Add(piece);
        }
    }

    public readonly ReadOnlyMemory<byte> ToMemory()
    {
        if (_more is null)
        {
            return _first;
        }

        long length = _first.Length;
        foreach (ReadOnlyMemory<byte> m in _more)
        {
            length += m.Length;
        }

        byte[] all = new byte[length];
        _first.CopyTo(all);
        int at = _first.Length;
        foreach (ReadOnlyMemory<byte> m in _more)
        {
            m.CopyTo(all.AsMemory(at));
            at += m.Length;
        }

        return all;
    }
}
