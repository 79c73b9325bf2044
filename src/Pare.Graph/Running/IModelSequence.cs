namespace Pare;

/// <summary>Runs of a model one after another, the state of each being where the one before left it. Not thread-safe.</summary>
public interface IModelSequence
{
    /// <summary>Runs the next step. See <see cref="IModelSession.Run"/>.</summary>
    IReadOnlyList<TensorData> Step(IReadOnlyList<TensorData> inputs);
}
