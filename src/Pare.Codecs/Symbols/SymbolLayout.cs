namespace Pare.Codecs;

/// <summary>
/// How the flat symbols of a weight tensor are seen: as weights from <see cref="Inputs"/> channels to <see cref="Outputs"/> at each of <see cref="Height"/> by
/// <see cref="Width"/> kernel positions, whatever order the file keeps them in. The coder predicts a symbol by its neighbours along these four axes, so a
/// tensor costs about the same in every format. Depthwise kernels have one input channel and an output for every channel. Immutable and thread-safe.
/// </summary>
public sealed class SymbolLayout : IEquatable<SymbolLayout>
{
    private SymbolLayout(SymbolOrder order, int outputs, int inputs, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        long count;
        try
        {
            count = checked((long)outputs * inputs * height * width);
        }
        catch (OverflowException)
        {
            count = long.MaxValue;
        }

        if (count > int.MaxValue)
        {
            throw new ArgumentException($"{outputs} x {inputs} x {height} x {width} symbols are more than {int.MaxValue}; code such a tensor in slices", nameof(outputs));
        }

        (Order, Outputs, Inputs, Height, Width, Count) = (order, outputs, inputs, height, width, (int)count);
    }

    /// <summary>Order of the axes in the flat tensor.</summary>
    public SymbolOrder Order { get; }

    /// <summary>Output channels: columns of the matrix.</summary>
    public int Outputs { get; }

    /// <summary>Input channels: rows of the matrix, apart from the kernel's positions.</summary>
    public int Inputs { get; }

    /// <summary>Kernel height.</summary>
    public int Height { get; }

    /// <summary>Kernel width.</summary>
    public int Width { get; }

    /// <summary>Symbols in all.</summary>
    public int Count { get; }

    /// <summary>Symbols without a known structure: biases, scales, unknown constants.</summary>
    /// <param name="count">How many.</param>
    public static SymbolLayout Vector(int count) => new(SymbolOrder.OutputsInputs, 1, count, 1, 1);

    /// <summary>A matrix of inputs by outputs.</summary>
    /// <param name="inputs">Inputs (fan-in).</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="order"><see cref="SymbolOrder.InputsOutputs"/> as Keras and TensorFlow keep it, <see cref="SymbolOrder.OutputsInputs"/> as TFLite and PyTorch do.</param>
    public static SymbolLayout Matrix(int inputs, int outputs, SymbolOrder order = SymbolOrder.InputsOutputs) => new(order, outputs, inputs, 1, 1);

    /// <summary>Kernels of a convolution.</summary>
    /// <param name="outputs">Output channels.</param>
    /// <param name="inputs">Input channels of a group; 1 for depthwise convolutions.</param>
    /// <param name="height">Kernel height; 1 for one-dimensional convolutions.</param>
    /// <param name="width">Kernel width.</param>
    /// <param name="order">Order of the axes in the flat tensor.</param>
    public static SymbolLayout Convolution(int outputs, int inputs, int height, int width, SymbolOrder order) => new(order, outputs, inputs, height, width);

    /// <summary>Flat index of a weight.</summary>
    public int IndexOf(int output, int input, int y, int x) =>
        output * Stride(SymbolAxis.Output) + input * Stride(SymbolAxis.Input) + y * Stride(SymbolAxis.Y) + x * Stride(SymbolAxis.X);

    /// <summary>A block from the middle of a large tensor, for trials: its longest axes are cut until about <paramref name="most"/> symbols are left.</summary>
    /// <param name="symbols">The symbols in flat order.</param>
    /// <param name="most">How many to take, nearly; a tensor of fewer is taken whole.</param>
    /// <returns>The block's symbols in the same order of axes, and its layout.</returns>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    public (int[] Symbols, SymbolLayout Layout) Sample(ReadOnlySpan<int> symbols, int most)
    {
        SymbolArguments.Check(symbols.Length, this);
        if (Count <= most)
        {
            return (symbols.ToArray(), this);
        }

        int[] whole = [Outputs, Inputs, Height, Width];
        int[] part = SampleLengths(whole, most);
        int[] first = [.. whole.Zip(part, (n, m) => (n - m) / 2)];
        SymbolLayout layout = new(Order, part[0], part[1], part[2], part[3]);
        int[] sample = new int[layout.Count];
        for (int o = 0; o < part[0]; o++)
        {
            for (int i = 0; i < part[1]; i++)
            {
                for (int y = 0; y < part[2]; y++)
                {
                    int from = IndexOf(first[0] + o, first[1] + i, first[2] + y, first[3]);
                    int to = layout.IndexOf(o, i, y, 0);
                    (int step, int own) = (Stride(SymbolAxis.X), layout.Stride(SymbolAxis.X));
                    for (int x = 0; x < part[3]; x++)
                    {
                        sample[to + x * own] = symbols[from + x * step];
                    }
                }
            }
        }

        return (sample, layout);
    }

    /// <summary>Two layouts are equal when they map every weight alike.</summary>
    public bool Equals(SymbolLayout? other) => other is not null && Order == other.Order && Outputs == other.Outputs && Inputs == other.Inputs && Height == other.Height && Width == other.Width;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SymbolLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Order, Outputs, Inputs, Height, Width);

    /// <inheritdoc/>
    public override string ToString() => $"{Order} {Outputs}x{Inputs}x{Height}x{Width}";

    /// <summary>Length along an axis.</summary>
    internal int Length(SymbolAxis axis) => axis switch
    {
        SymbolAxis.Output => Outputs,
        SymbolAxis.Input => Inputs,
        SymbolAxis.Y => Height,
        _ => Width,
    };

    /// <summary>Distance of neighbours along an axis in the flat tensor.</summary>
    internal int Stride(SymbolAxis axis)
    {
        ReadOnlySpan<SymbolAxis> axes = Axes(Order);
        int stride = 1;
        for (int k = 3; axes[k] != axis; k--)
        {
            stride *= Length(axes[k]);
        }

        return stride;
    }

    // The longest axis gives an eighth at a time. What is short already, like kernels, stays whole.
    private static int[] SampleLengths(int[] whole, int most)
    {
        const int Least = 16;
        int[] part = [.. whole];
        while (part.Aggregate(1L, (a, n) => a * n) > most && part.Max() is > Least and int longest)
        {
            part[Array.IndexOf(part, longest)] = Math.Max(Least, longest - Math.Max(1, longest / 8));
        }

        return part;
    }

    /// <summary>The axes of an order, outermost first.</summary>
    internal static ReadOnlySpan<SymbolAxis> Axes(SymbolOrder order) => order switch
    {
        SymbolOrder.OutputsInputs => [SymbolAxis.Output, SymbolAxis.Input, SymbolAxis.Y, SymbolAxis.X],
        SymbolOrder.InputsOutputs => [SymbolAxis.Y, SymbolAxis.X, SymbolAxis.Input, SymbolAxis.Output],
        SymbolOrder.OutputsHeightWidthInputs => [SymbolAxis.Output, SymbolAxis.Y, SymbolAxis.X, SymbolAxis.Input],
        SymbolOrder.HeightWidthOutputsInputs => [SymbolAxis.Y, SymbolAxis.X, SymbolAxis.Output, SymbolAxis.Input],
        SymbolOrder.InputsOutputsHeightWidth => [SymbolAxis.Input, SymbolAxis.Output, SymbolAxis.Y, SymbolAxis.X],
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "no such order"),
    };
}
