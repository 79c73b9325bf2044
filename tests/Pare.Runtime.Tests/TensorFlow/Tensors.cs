namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Short forms of tensors and attributes for tests.</summary>
internal static class Tensors
{
    public static TensorData F(long[] shape, params float[] values) => DenseTensorData.Create(values.AsSpan(), new TensorShape(shape));

    public static TensorData F(params float[] values) => F([values.Length], values);

    public static TensorData D(params double[] values) => DenseTensorData.Create<double>(DataType.Float64, values, new TensorShape(values.Length));

    public static TensorData I(long[] shape, params int[] values) => DenseTensorData.Create(values.AsSpan(), new TensorShape(shape));

    public static TensorData I(params int[] values) => I([values.Length], values);

    public static TensorData I0(int value) => I([], value);

    public static TensorData L0(long value) => DenseTensorData.Create([value], TensorShape.Scalar);

    public static TensorData L(params long[] values) => DenseTensorData.Create(values.AsSpan(), new TensorShape(values.Length));

    public static TensorData B(params bool[] values) => DenseTensorData.Create<byte>(DataType.Boolean, Array.ConvertAll(values, v => v ? (byte)1 : (byte)0), new TensorShape(values.Length));

    /// <summary>A vector of any numeric type.</summary>
    public static TensorData Of(DataType type, params double[] values) => type switch
    {
        DataType.Float32 => F(Array.ConvertAll(values, v => (float)v)),
        DataType.Float64 => D(values),
        DataType.Float16 => Make(Array.ConvertAll(values, v => (Half)v)),
        DataType.BFloat16 => DenseTensorData.Create<ushort>(DataType.BFloat16, Array.ConvertAll(values, v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16)), new TensorShape(values.Length)),
        DataType.Int8 => Make(Array.ConvertAll(values, v => (sbyte)v)),
        DataType.UInt8 => Make(Array.ConvertAll(values, v => (byte)v)),
        DataType.Int16 => Make(Array.ConvertAll(values, v => (short)v)),
        DataType.UInt16 => Make(Array.ConvertAll(values, v => (ushort)v)),
        DataType.Int32 => Make(Array.ConvertAll(values, v => (int)v)),
        DataType.UInt32 => Make(Array.ConvertAll(values, v => (uint)v)),
        DataType.Int64 => Make(Array.ConvertAll(values, v => (long)v)),
        DataType.UInt64 => Make(Array.ConvertAll(values, v => (ulong)v)),
        DataType.Boolean => B(Array.ConvertAll(values, v => v != 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static (string Name, AttributeValue Value) A(string name, long value) => (name, AttributeValue.Of(value));

    public static (string Name, AttributeValue Value) A(string name, bool value) => (name, AttributeValue.Of(value));

    public static (string Name, AttributeValue Value) A(string name, string value) => (name, AttributeValue.Of(value));

    public static (string Name, AttributeValue Value) A(string name, float value) => (name, AttributeValue.Of(value));

    public static (string Name, AttributeValue Value) A(string name, DataType value) => (name, AttributeValue.Of(value));

    /// <summary>A vector of one as a scalar.</summary>
    public static TensorData Scalar(this TensorData vector) => new DenseTensorData(vector.Type, TensorShape.Scalar, vector.GetBytes().ToArray());

    /// <summary>A scalar as a vector of one.</summary>
    public static TensorData Reshaped(this TensorData scalar) => new DenseTensorData(scalar.Type, new TensorShape(scalar.Count), scalar.GetBytes().ToArray());

    /// <summary>The tensor through TensorFlow's Cast.</summary>
    public static TensorData CastTo(this TensorData x, DataType type) => TensorFlowGraph.Run("Cast", x, [], A("SrcT", x.Type), A("DstT", type));

    private static TensorData Make<T>(T[] values)
        where T : unmanaged => DenseTensorData.Create<T>(typeof(T) == typeof(ushort) ? DataType.UInt16 : TypeOf<T>(), values, new TensorShape(values.Length));

    private static DataType TypeOf<T>() => typeof(T).Name switch
    {
        nameof(Half) => DataType.Float16,
        nameof(SByte) => DataType.Int8,
        nameof(Byte) => DataType.UInt8,
        nameof(Int16) => DataType.Int16,
        nameof(Int32) => DataType.Int32,
        nameof(UInt32) => DataType.UInt32,
        nameof(Int64) => DataType.Int64,
        _ => DataType.UInt64,
    };
}
