namespace Pare.Passes.Cluster;

/// <summary>Which channel each element of a weight belongs to.</summary>
internal static class WeightChannels
{
    /// <summary>Output channel axes of a constant, by the first operator that takes it as its weight (through identities); null where none does.</summary>
    public static int[]? AxesOf(Model model, Value value, int depth = 8)
    {
        foreach (Use use in value.Uses)
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(use.Node);
            int[]? axes = traits.WeightInput == use.Index ? traits.OutputChannelAxes?.Invoke(use.Node)
                : traits.Kind == OperatorKind.Identity && depth > 0 && use.Node.Outputs.Count > 0 ? AxesOf(model, use.Node.Output, depth - 1)
                : null;
            if (axes is not null)
            {
                return axes;
            }
        }

        return null;
    }

    /// <summary>The channel of every element, and how many channels there are.</summary>
    public static (int[] ChannelOf, int Channels) Map(TensorShape shape, int[] axes)
    {
        ReadOnlySpan<long> extents = shape.Dimensions;
        int[] stride = new int[extents.Length];
        int channels = 1;
        foreach (int axis in axes.Reverse())
        {
            stride[axis] = channels;
            channels *= (int)extents[axis];
        }

        int[] channelOf = new int[shape.Count];
        int[] index = new int[extents.Length];
        int channel = 0;
        for (int i = 0; i < channelOf.Length; i++)
        {
            channelOf[i] = channel;
            for (int d = index.Length - 1; d >= 0; d--)
            {
                channel += stride[d];
                if (++index[d] < extents[d])
                {
                    break;
                }

                channel -= stride[d] * index[d];
                index[d] = 0;
            }
        }

        return (channelOf, channels);
    }
}
