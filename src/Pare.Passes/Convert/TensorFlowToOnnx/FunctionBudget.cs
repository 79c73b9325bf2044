namespace Pare.Passes.Conversion;

/// <summary>Bounds how much functions that refer to functions may unfold: the body of a loop is carried over anew for every loop it stands in. Made for one conversion.</summary>
internal sealed class FunctionBudget(Model model)
{
    private const int MaxDepth = 32;
    private const long FreeNodes = 50_000;
    private const long Growth = 64;

    private readonly long _limit = FreeNodes + (Growth * (model.Graph.Nodes.Count + model.Functions.Sum(f => (long)f.Body.Nodes.Count)));
    private long _nodes;
    private int _depth;

    /// <exception cref="LoweringException">Functions lie too deep in each other, or unfold into too many nodes.</exception>
    public Entry Enter(ModelFunction function)
    {
        _nodes += function.Body.Nodes.Count;
        if (_depth >= MaxDepth || _nodes > _limit)
        {
            throw new LoweringException(_depth >= MaxDepth ? $"functions lie more than {MaxDepth} deep in each other ('{function.Name}')" : $"the functions unfold into more than {_limit} nodes");
        }

        _depth++;
        return new Entry(this);
    }

    internal readonly struct Entry(FunctionBudget budget) : IDisposable
    {
        public void Dispose() => budget._depth--;
    }
}
