namespace Pare.Evaluation;

/// <summary>How the values of a picture lie in a tensor.</summary>
public enum ImageLayout
{
    /// <summary>Row, column, channel (TensorFlow's own).</summary>
    Nhwc,

    /// <summary>Channel, row, column (PyTorch's own, usual in ONNX).</summary>
    Nchw,
}
