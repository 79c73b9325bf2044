namespace Pare;

/// <summary>
/// Operators around a model that runs on each time step by itself (<c>TimeDistributed</c> over a model), whose layers are laid out between them: steps become
/// samples, and samples steps again.
/// </summary>
public static class KerasStepOperators
{
    /// <summary>The domain of both.</summary>
    public const string Domain = "keras.steps";

    /// <summary>Takes [batch, steps, …] and gives [batch·steps, …].</summary>
    public const string Merge = "MergeSteps";

    /// <summary>Takes tensors [batch·steps, …] and, last, the data whose batch and steps they get back; gives the tensors as [batch, steps, …].</summary>
    public const string Split = "SplitSteps";
}
