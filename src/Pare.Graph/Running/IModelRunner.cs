namespace Pare;

/// <summary>Runs models of any vocabulary. Implemented by the runtime; declared here so that passes that must compute can be handed one.</summary>
public interface IModelRunner
{
    /// <summary>Prepares a model for running. The model must not be edited while the session is being made; afterwards it may.</summary>
    /// <exception cref="UnsupportedModelException">The runtime cannot run a node; all such nodes are named.</exception>
    /// <exception cref="UsageException">A fed or fetched name is not in the model.</exception>
    IModelSession Load(Model model, SessionOptions? options = null);
}
