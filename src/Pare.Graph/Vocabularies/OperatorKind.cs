namespace Pare;

/// <summary>What an operator is, seen from a pass.</summary>
public enum OperatorKind
{
    /// <summary>Nothing is known; a pass leaves it alone.</summary>
    Unknown,

    /// <summary>Makes a constant (its content is the output's <see cref="Value.Constant"/>).</summary>
    Constant,

    /// <summary>Stands for what a caller feeds.</summary>
    Placeholder,

    /// <summary>Passes its input through at inference.</summary>
    Identity,

    /// <summary>Linear in its data input with a weight: convolution, matrix product.</summary>
    Linear,

    /// <summary>Adds a vector along the channel axis.</summary>
    BiasAdd,

    /// <summary>Works element by element, with broadcasting (sum, product, square root).</summary>
    Elementwise,

    /// <summary>An elementwise function of one input with a name as an activation.</summary>
    Activation,

    /// <summary>Batch normalization with statistics as inputs.</summary>
    BatchNormalization,

    /// <summary>Another normalization (layer, local response, softmax).</summary>
    Normalization,

    /// <summary>Pooling over windows.</summary>
    Pool,

    /// <summary>Reduction over axes.</summary>
    Reduction,

    /// <summary>Moves elements without changing them (reshape, transpose, slice, concatenation, gather, padding).</summary>
    DataMovement,

    /// <summary>Tells about shapes, not contents.</summary>
    ShapeQuery,

    /// <summary>Casts or (de)quantizes.</summary>
    Conversion,

    /// <summary>Resampling of pictures.</summary>
    Resize,

    /// <summary>A recurrent layer.</summary>
    Recurrent,

    /// <summary>Control flow with branches or bodies.</summary>
    ControlFlow,

    /// <summary>Closes a loop (TensorFlow's <c>NextIteration</c>).</summary>
    NextIteration,

    /// <summary>Random numbers; never folded.</summary>
    Random,

    /// <summary>Reads or writes state, queues, files; never folded.</summary>
    State,

    /// <summary>Belongs to training only: optimizers, summaries, savers.</summary>
    Training,

    /// <summary>Checks or waits, yields no value that matters (NoOp, Assert).</summary>
    Check,

    /// <summary>A pure function with no further traits.</summary>
    Pure,
}
