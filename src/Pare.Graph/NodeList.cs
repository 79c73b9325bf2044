using System.Collections;

namespace Pare;

/// <summary>The nodes of a graph in the file's order. Nodes may be inserted and removed while it is enumerated; removed ones are passed over, ones inserted after the current one are seen.</summary>
public sealed class NodeList : IReadOnlyCollection<Node>
{
    private Node? _first;
    private Node? _last;

    internal NodeList()
    {
    }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public IEnumerator<Node> GetEnumerator()
    {
        for (Node? n = _first; n is not null;)
        {
            yield return n;
            do
            {
                n = n!.NextNode;
            }
            while (n is { IsRemoved: true });
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void InsertAfter(Node? anchor, Node node)
    {
        Node? next = anchor is null ? _first : anchor.NextNode;
        node.PreviousNode = anchor;
        node.NextNode = next;
        if (anchor is null)
        {
            _first = node;
        }
        else
        {
            anchor.NextNode = node;
        }

        if (next is null)
        {
            _last = node;
        }
        else
        {
            next.PreviousNode = node;
        }

        Count++;
    }

    internal void Append(Node node) => InsertAfter(_last, node);

    internal void InsertBefore(Node anchor, Node node) => InsertAfter(anchor.PreviousNode, node);

    // A removed node keeps its NextNode, so that an enumerator standing on it finds its way on.
    internal void Remove(Node node)
    {
        if (node.PreviousNode is { } p)
        {
            p.NextNode = node.NextNode;
        }
        else
        {
            _first = node.NextNode;
        }

        if (node.NextNode is { } n)
        {
            n.PreviousNode = node.PreviousNode;
        }
        else
        {
            _last = node.PreviousNode;
        }

        Count--;
    }

    internal void Reorder(IReadOnlyList<Node> order)
    {
        _first = _last = null;
        Count = 0;
        foreach (Node n in order)
        {
            Append(n);
        }
    }
}
