namespace Pare.Runtime;

/// <summary>Makes sessions for the models of one vocabulary. Stateless and thread-safe.</summary>
internal interface IModelLoader
{
    /// <summary>The vocabulary of its models.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>Makes a session. See <see cref="OnnxRuntimeRunner.Load"/>.</summary>
    IModelSession Load(Model model, SessionOptions options);
}
