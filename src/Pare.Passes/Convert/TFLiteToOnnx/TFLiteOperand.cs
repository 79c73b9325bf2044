namespace Pare.Passes.Conversion;

/// <summary>
/// A TFLite value in ONNX, in up to three forms, each made from another when asked for: as stored; without its zero point, as whole binary32 numbers; as the real numbers it stands for.
/// Chains of integer operators so need no casts between them.
/// </summary>
internal sealed class TFLiteOperand
{
    private readonly OnnxBuilder _builder;
    private Value? _stored;
    private Value? _codes;
    private Value? _real;

    public TFLiteOperand(OnnxBuilder builder, QuantizationParameters? quantization, DataType type)
    {
        _builder = builder;
        Quantization = quantization;
        Type = type;
    }

    /// <summary>The parameters where the value is quantized, else null.</summary>
    public QuantizationParameters? Quantization { get; }

    /// <summary>Element type as stored.</summary>
    public DataType Type { get; }

    /// <summary>Whether the value stands for real numbers by a scale.</summary>
    public bool IsQuantized => Quantization is not null;

    /// <summary>Scale of a value that is quantized per tensor.</summary>
    public float Scale => Quantization is { Scales: [var s, ..] } ? s : throw new LoweringException("a scale is missing");

    /// <summary>Zero point of a value that is quantized per tensor.</summary>
    public long ZeroPoint => Quantization is { ZeroPoints: [var z, ..] } ? z : 0;

    /// <summary>Smallest code without the zero point.</summary>
    public double Lowest => Quantized.Range(Type).Low - ZeroPoint;

    /// <summary>Largest code without the zero point.</summary>
    public double Highest => Quantized.Range(Type).High - ZeroPoint;

    /// <summary>As stored.</summary>
    public Value Stored => _stored ??= StoredFrom(_codes!);

    /// <summary>The codes without their zero point, as whole binary32 numbers.</summary>
    public Value Codes => _codes ??= CodesFrom(_stored!);

    /// <summary>The real numbers, as binary32.</summary>
    public Value Real => _real ??= RealFrom();

    /// <summary>Makes an operand of a value as it is stored.</summary>
    public TFLiteOperand FromStored(Value stored)
    {
        _stored = stored;
        return this;
    }

    /// <summary>Makes an operand of codes without their zero point, which lie within the type's range.</summary>
    public TFLiteOperand FromCodes(Value codes)
    {
        _codes = codes;
        return this;
    }

    // Rounded, cut to the range of the type.
    public TFLiteOperand FromReal(Value real) => FromCodes(Quantized.Clip(_builder, Quantized.Round(_builder, _builder.Mul(_builder.Cast(real, DataType.Float32), _builder.Scalar(DataType.Float32, 1f / Scale))), Lowest, Highest));

    private Value StoredFrom(Value codes)
    {
        Value shifted = ZeroPoint == 0 ? codes : _builder.Add(codes, _builder.Scalar(DataType.Float32, ZeroPoint));
        return _builder.Cast(shifted, Type);
    }

    private Value CodesFrom(Value stored)
    {
        if (stored.Constant is { } content)
        {
            return _builder.Constant(Quantized.Codes(content, Quantization!), stored.Name + "/codes");
        }

        Value wide = _builder.Cast(stored, DataType.Float32);
        return ZeroPoint == 0 ? wide : _builder.Sub(wide, _builder.Scalar(DataType.Float32, ZeroPoint));
    }

    private Value RealFrom()
    {
        if (Quantization is null)
        {
            return Stored;
        }

        if (_stored?.Constant is { } content)
        {
            return _builder.Constant(Quantized.Real(content, Quantization), _stored.Name + "/real");
        }

        return _builder.Mul(Codes, _builder.Scalar(DataType.Float32, Scale));
    }
}
