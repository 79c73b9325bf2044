namespace Pare;

/// <summary>A session made with <see cref="SessionOptions.Profile"/>: it notes how long each operator takes. Timing takes time itself, so runs are slower than without.</summary>
public interface IProfiledSession : IModelSession
{
    /// <summary>Ends the notes and hands them out; call it once, after the last run.</summary>
    /// <returns>One entry for each operator of each run, in the order in which they ran.</returns>
    /// <exception cref="InvalidOperationException">The session was made without <see cref="SessionOptions.Profile"/>, or the notes were handed out already.</exception>
    IReadOnlyList<OperatorRun> EndProfiling();
}
