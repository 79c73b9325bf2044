namespace Pare.Codecs;

/// <summary>A colour and how many pixels have it.</summary>
internal readonly record struct WeightedColor(byte Red, byte Green, byte Blue, int Count)
{
    /// <summary>A channel by number.</summary>
    public int this[int channel] => channel == 0 ? Red : channel == 1 ? Green : Blue;
}
