using System.Buffers.Binary;
using Pare.Codecs;

namespace Pare.Formats;

/// <summary>
/// A tensor of whole-numbered codes and what makes values of them: <c>value = code * step</c>, then times the factor of the first axis, then of the second, each
/// product rounded to binary32, the result to the element type. It reads as the tensor of these values; a model that holds some is packed with the codes
/// (<see cref="ModelPacker"/>). Immutable and thread-safe.
/// </summary>
public sealed class CodedTensor : TensorData
{
    /// <summary>Largest magnitude of a code: all are exact in binary32.</summary>
    public const int MaxCode = 1 << 24;

    private readonly int[] _codes;

    /// <summary>Describes a tensor.</summary>
    /// <param name="type">binary32, binary16 or bfloat16.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="codes">One code an element in the flat (row-major) order, within <see cref="MaxCode"/>; kept, not copied.</param>
    /// <param name="layout">How the coder sees the codes; the same count.</param>
    /// <param name="step">The step, of which 8 significant bits count: see <see cref="RoundStep"/>.</param>
    /// <param name="first">Factors along an axis, or null.</param>
    /// <param name="second">Factors along another axis, or null.</param>
    /// <exception cref="ArgumentException">The number of codes is not that of the shape, the step has more bits, or the type is another.</exception>
    public CodedTensor(DataType type, TensorShape shape, int[] codes, SymbolLayout layout, float step, AxisScale? first = null, AxisScale? second = null)
        : base(type, shape)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(layout);
        if (codes.Length != shape.Count || layout.Count != codes.Length)
        {
            throw new ArgumentException($"a tensor {type}{shape} takes {shape.Count} codes; found {codes.Length}, in a layout of {layout.Count}", nameof(codes));
        }

        if (type is not (DataType.Float32 or DataType.Float16 or DataType.BFloat16))
        {
            throw new ArgumentException($"values of type {type} are not made of codes and steps", nameof(type));
        }

        if (RoundStep(step) != step)
        {
            throw new ArgumentException($"the step {step} is not positive and finite, or has more than 8 significant bits; round it first", nameof(step));
        }

        foreach (int code in codes)
        {
            if (code is > MaxCode or < -MaxCode)
            {
                throw new ArgumentException($"the code {code} exceeds {MaxCode}", nameof(codes));
            }
        }

        _codes = codes;
        Layout = layout;
        Step = step;
        First = first;
        Second = second;
        if (first is null && second is not null)
        {
            (First, Second) = (second, null);
        }
    }

    /// <summary>The codes in flat order.</summary>
    public ReadOnlyMemory<int> Codes => _codes;

    /// <summary>How the coder sees the codes.</summary>
    public SymbolLayout Layout { get; }

    /// <summary>The step.</summary>
    public float Step { get; }

    /// <summary>Factors along an axis, or null.</summary>
    public AxisScale? First { get; }

    /// <summary>Factors along another axis, or null.</summary>
    public AxisScale? Second { get; }

    /// <summary>Signal-to-noise ratio of the values against what they stand for, in half decibels, for whoever looks at the container; 0 where unknown.</summary>
    public int HalfDecibels { get; init; }

    /// <summary>The same tensor that tells its signal-to-noise ratio.</summary>
    /// <param name="signal">Sum of the squares of what it stands for.</param>
    /// <param name="noise">Sum of the squared errors.</param>
    public CodedTensor WithNoise(double signal, double noise) => new(Type, Shape, _codes, Layout, Step, First, Second)
    {
        HalfDecibels = signal > 0 ? (int)Math.Clamp(Math.Round(20 * Math.Log10(signal / Math.Max(noise, signal * 1e-20))), 1, 400) : 0,
    };

    /// <summary>The nearest step that can be told: a normal binary32 with 8 significant bits (a bfloat16).</summary>
    /// <returns>The rounded step, or NaN where it is not positive and finite.</returns>
    public static float RoundStep(float step)
    {
        if (!float.IsFinite(step) || step <= 0)
        {
            return float.NaN;
        }

        uint bits = BitConverter.SingleToUInt32Bits(step);
        bits = bits + 0x7fff + (bits >> 16 & 1) & 0xffff0000;
        return bits is 0 or >= 0x7f80_0000 ? float.NaN : BitConverter.UInt32BitsToSingle(bits);
    }

    /// <summary>Makes values of codes, as every decoder must.</summary>
    /// <param name="codes">Codes.</param>
    /// <param name="start">Index of the first code in the flat tensor.</param>
    /// <param name="step">The step.</param>
    /// <param name="first">Factors along an axis, or null.</param>
    /// <param name="second">Factors along another axis, or null.</param>
    /// <param name="values">Receives a value a code.</param>
    public static void Decode(ReadOnlySpan<int> codes, long start, float step, AxisScale? first, AxisScale? second, Span<float> values)
    {
        for (int k = 0; k < codes.Length; k++)
        {
            values[k] = codes[k] * step;
        }

        Scale(values, start, first);
        Scale(values, start, second);
    }

    /// <inheritdoc/>
    public override void ReadFloats(long start, Span<float> destination)
    {
        Decode(_codes.AsSpan((int)start, destination.Length), start, Step, First, Second, destination);
        if (Type != DataType.Float32)
        {
            Span<byte> two = stackalloc byte[2];
            foreach (ref float value in destination)
            {
                FloatBytes.Write(Type, [value], two);
                value = Type == DataType.Float16
                    ? (float)BinaryPrimitives.ReadHalfLittleEndian(two)
                    : BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(two) << 16);
            }
        }
    }

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        int width = Type.BitWidth() / 8;
        int first = (int)(offset / width);
        int end = (int)((offset + destination.Length + width - 1) / width);
        float[] values = new float[end - first];
        Decode(_codes.AsSpan(first, values.Length), first, Step, First, Second, values);
        if (values.Length * width == destination.Length)
        {
            FloatBytes.Write(Type, values, destination);
            return;
        }

        byte[] bytes = new byte[values.Length * width];
        FloatBytes.Write(Type, values, bytes);
        bytes.AsSpan((int)(offset - (long)first * width), destination.Length).CopyTo(destination);
    }

    private static void Scale(Span<float> values, long start, AxisScale? scale)
    {
        if (scale is null)
        {
            return;
        }

        long within = start % scale.Stride;
        int at = (int)(start / scale.Stride % scale.Exponents.Length);
        float factor = AxisScale.Factor(scale.Exponents[at]);
        foreach (ref float value in values)
        {
            value *= factor;
            if (++within == scale.Stride)
            {
                within = 0;
                at = at + 1 == scale.Exponents.Length ? 0 : at + 1;
                factor = AxisScale.Factor(scale.Exponents[at]);
            }
        }
    }
}
