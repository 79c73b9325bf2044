namespace Pare;

/// <summary>A session whose model keeps a state from step to step (a streaming TFLite model). <see cref="IModelSession.Run"/> always begins with the model's own state.</summary>
public interface IStatefulSession : IModelSession
{
    /// <summary>Begins a sequence of steps with the state that the model begins with. Sequences do not know of each other.</summary>
    IModelSequence Begin();
}
