namespace Pare.Evaluation;

/// <summary>Which channels of a picture a model takes, in which order.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red.</summary>
    Bgr,

    /// <summary>Brightness alone (see <see cref="RgbImage.ToGray"/>).</summary>
    Gray,
}
