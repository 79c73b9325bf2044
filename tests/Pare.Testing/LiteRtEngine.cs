namespace Pare.Testing;

/// <summary>The runtimes that the tests ask.</summary>
public enum LiteRtEngine
{
    /// <summary>LiteRT's compiled model.</summary>
    LiteRt,

    /// <summary>The older TensorFlow Lite interpreter.</summary>
    TFLite,
}
