namespace Pare.Passes.Quantize.TFLite;

/// <summary>How the scale of an integer kernel's output depends on its inputs'.</summary>
public enum ScaleRule
{
    /// <summary>The kernel takes any scales and brings them together itself.</summary>
    Free,

    /// <summary>A layer with weights: its own scales a channel, a bias of scale input times weight.</summary>
    Layer,

    /// <summary>All real inputs and outputs have one scale and zero point.</summary>
    Same,

    /// <summary>The output's scale is fixed by the kernel.</summary>
    Fixed,

    /// <summary>Real inputs of any scale, no real output.</summary>
    Read,
}
