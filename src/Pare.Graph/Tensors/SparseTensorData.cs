namespace Pare;

/// <summary>A tensor given by its values at some positions, zero elsewhere (ONNX's <c>SparseTensorProto</c>).</summary>
public class SparseTensorData : TensorData
{
    private readonly long[] _positions;

    /// <summary>Creates a sparse tensor.</summary>
    /// <param name="shape">Extents of the dense form.</param>
    /// <param name="values">Values, one dimension.</param>
    /// <param name="positions">Row-major position of each value, strictly increasing.</param>
    /// <exception cref="GraphException">Positions are out of order, outside the shape, or not as many as the values.</exception>
    public SparseTensorData(TensorShape shape, TensorData values, long[] positions)
        : base(values?.Type ?? throw new ArgumentNullException(nameof(values)), shape)
    {
        ArgumentNullException.ThrowIfNull(positions);
        if (values.Count != positions.LongLength)
        {
            throw new GraphException($"a sparse tensor has {values.Count} values at {positions.LongLength} positions");
        }

        for (int i = 0; i < positions.Length; i++)
        {
            if (positions[i] < 0 || positions[i] >= shape.Count || (i > 0 && positions[i] <= positions[i - 1]))
            {
                throw new GraphException($"position {positions[i]} of value {i} of a sparse tensor {shape} is out of order or outside");
            }
        }

        Values = values;
        _positions = positions;
    }

    /// <summary>The values.</summary>
    public TensorData Values { get; }

    /// <summary>Row-major position of each value.</summary>
    public ReadOnlySpan<long> Positions => _positions;

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        int size = Type.BitWidth() / 8;
        if (size == 0)
        {
            throw new GraphException($"sparse tensors of type {Type} have no dense form");
        }

        destination.Clear();
        ReadOnlySpan<byte> values = Values.GetBytes();
        int i = Array.BinarySearch(_positions, offset / size);
        for (i = i < 0 ? ~i : i; i < _positions.Length; i++)
        {
            long at = (_positions[i] * size) - offset;
            if (at >= destination.Length)
            {
                break;
            }

            for (int b = 0; b < size; b++)
            {
                if (at + b >= 0 && at + b < destination.Length)
                {
                    destination[(int)(at + b)] = values[(i * size) + b];
                }
            }
        }
    }
}
