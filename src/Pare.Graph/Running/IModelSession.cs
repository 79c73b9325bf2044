namespace Pare;

/// <summary>A model ready to run. Runs may go on from several threads at once.</summary>
public interface IModelSession : IDisposable
{
    /// <summary>What must be fed, in the model's order.</summary>
    IReadOnlyList<ValueDescription> Inputs { get; }

    /// <summary>What comes out, in order: the fetches asked for, else the model's outputs.</summary>
    IReadOnlyList<ValueDescription> Outputs { get; }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">One tensor for each of <see cref="Inputs"/>, in that order.</param>
    /// <returns>One tensor for each of <see cref="Outputs"/>, in that order.</returns>
    /// <exception cref="UsageException">A tensor has the wrong type or rank.</exception>
    IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs);
}
