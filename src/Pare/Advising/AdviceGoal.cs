namespace Pare.Advising;

/// <summary>What counts first on a device, among candidates that run, fit and answer well enough.</summary>
public enum AdviceGoal
{
    /// <summary>The least memory: file and tensor arena together.</summary>
    Memory,

    /// <summary>Speed on a processor: integers throughout, then whatever its kernels do well.</summary>
    Processor,

    /// <summary>Speed on a graphics processor, which computes in 16-bit floats.</summary>
    Graphics,

    /// <summary>Integers throughout: nothing else runs there.</summary>
    Integers,

    /// <summary>The fewest bytes over the wire.</summary>
    Download,
}
