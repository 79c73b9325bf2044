namespace Pare.Passes.Conversion;

/// <summary>Spreads a kernel: zeros between its taps do what a dilation does.</summary>
internal static class KernelDilation
{
    /// <summary>A kernel [spatial…, a, b] with its taps <paramref name="dilations"/> apart.</summary>
    public static TensorData Dilate(TensorData kernel, long[] dilations)
    {
        if (dilations.All(d => d == 1))
        {
            return kernel;
        }

        int spatial = dilations.Length;
        long[] shape = kernel.Shape.ToArray();
        long inner = 1;
        for (int i = spatial; i < shape.Length; i++)
        {
            inner *= shape[i];
        }

        long[] spread = [.. shape];
        for (int i = 0; i < spatial; i++)
        {
            spread[i] = ((shape[i] - 1) * dilations[i]) + 1;
        }

        TensorShape target = new(spread);
        if (target.Count > 1 << 26)
        {
            throw new LoweringException($"a dilation of {string.Join("x", dilations)} spreads the kernel to {target}, which is too large");
        }

        float[] from = kernel.ToFloats();
        float[] to = new float[target.Count];
        long[] index = new long[spatial];
        for (long at = 0; at < from.Length; at += inner)
        {
            long place = 0;
            for (int i = 0; i < spatial; i++)
            {
                place = (place * spread[i]) + (index[i] * dilations[i]);
            }

            from.AsSpan((int)at, (int)inner).CopyTo(to.AsSpan((int)(place * inner)));
            for (int axis = spatial - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return DenseTensorData.Create(to, target);
    }
}
