using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>A session whose model keeps a state, which goes in and comes out beside what the caller feeds and gets. Runs are independent of each other; a sequence is not. Safe for several threads.</summary>
/// <param name="session">Runs the model with its states as further inputs and outputs, behind the model's own.</param>
/// <param name="states">The states, in order.</param>
internal sealed class StatefulSession(OnnxRuntimeSession session, IReadOnlyList<TFLiteState> states) : IStatefulSession, IProfiledSession
{
    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Inputs { get; } = [.. session.Inputs.SkipLast(states.Count)];

    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Outputs { get; } = [.. session.Outputs.SkipLast(states.Count)];

    /// <inheritdoc/>
    public IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs) => Begin().Step(inputs);

    /// <inheritdoc/>
    public IModelSequence Begin() => new Sequence(session, Inputs.Count, Outputs.Count, [.. states.Select(s => s.Initial)]);

    /// <inheritdoc/>
    public IReadOnlyList<OperatorRun> EndProfiling() => session.EndProfiling();

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private sealed class Sequence(OnnxRuntimeSession session, int inputCount, int outputCount, TensorData[] states) : IModelSequence
    {
        private TensorData[] _states = states;

        public IReadOnlyList<TensorData> Step(IReadOnlyList<TensorData> inputs)
        {
            ArgumentNullException.ThrowIfNull(inputs);
            if (inputs.Count != inputCount)
            {
                throw new UsageException($"{inputs.Count} tensors were given for {inputCount} inputs");
            }

            IReadOnlyList<TensorData> results = session.Run([.. inputs, .. _states]);
            _states = [.. results.Skip(outputCount)];
            return [.. results.Take(outputCount)];
        }
    }
}
