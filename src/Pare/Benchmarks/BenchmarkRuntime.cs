namespace Pare.Workflows;

/// <summary>What runs a model that is timed.</summary>
public enum BenchmarkRuntime
{
    /// <summary>ONNX Runtime in this process; takes every format.</summary>
    OnnxRuntime,

    /// <summary>Google's LiteRT, as WebAssembly on one thread of a Node process; takes TFLite models.</summary>
    LiteRt,
}
