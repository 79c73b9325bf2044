using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Arithmetic, comparisons and reductions against values worked out by hand from TensorFlow's definitions.</summary>
public class MathSemanticsTests
{
    public static TheoryData<DataType> NumericTypes => [DataType.Float32, DataType.Float64, DataType.Float16, DataType.BFloat16, DataType.Int8, DataType.UInt8, DataType.Int16, DataType.UInt16, DataType.Int32, DataType.UInt32, DataType.Int64, DataType.UInt64];

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Arithmetic_AnyNumericType_Works(DataType type)
    {
        TensorData x = Of(type, 7, 9, 2);
        TensorData y = Of(type, 2, 3, 5);
        Check(Of(type, 9, 12, 7), "AddV2", x, y);
        Check(Of(type, 14, 27, 10), "Mul", x, y);
        Check(Of(type, 5, 6, 3), "Sub", Of(type, 7, 9, 8), y);
        Check(Of(type, 7, 9, 5), "Maximum", x, y);
        Check(Of(type, 2, 3, 2), "Minimum", x, y);
        Check(Of(type, 49, 27, 32), "Pow", Of(type, 7, 3, 2), y);
        Check(Of(type, 1, 0, 2), "FloorMod", x, y);
        Check(Of(type, 3, 3, 0), "FloorDiv", x, y);
        Check(Of(type, 25, 36, 9), "SquaredDifference", x, y);
        Check(Of(type, 49, 81, 4), "Square", x);
        Check(Of(type, 9, 12, 7), "AddN", x, y);
        Check(Of(type, 7, 9, 2), "Abs", x);
        Check(B(false, false, true), "Less", x, y);
        Check(B(true, true, false), "GreaterEqual", x, y);
        Check(B(true, true, true), "NotEqual", x, y);
        TensorAssert.Close(Of(type, 7, 3, 2), TensorFlowGraph.RunFed("SelectV2", [B(true, false, true), x, y], A("T", type)), "select");
        TensorAssert.Close(Of(type, 0, 0, 0), TensorFlowGraph.RunFed("ZerosLike", [x]), "zeros");
    }

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Reduction_AnyNumericType_Works(DataType type)
    {
        TensorData x = Of(type, 3, 9, 2, 4);
        Reduce(18, "Sum");
        Reduce(9, "Max");
        Reduce(2, "Min");
        Reduce(4.5, "Mean");
        Reduce(216, "Prod");
        TensorAssert.Close(L(1), TensorFlowGraph.Run("ArgMax", x, [I0(0)]).Reshaped(), "arg max");
        TensorAssert.Close(Of(type, 3, 12, 14, 18), TensorFlowGraph.Run("Cumsum", x, [I0(0)]), "running sum");
        TensorData largest = TensorFlowGraph.Run("TopKV2", x, [I0(2)]);
        TensorAssert.Close(Of(type, 9, 4), largest, "largest");

        void Reduce(double expected, string @operator)
        {
            TensorData want = Of(type, type.IsFloat() ? expected : Math.Truncate(expected));
            if (type is DataType.Int8 && expected > 127)
            {
                want = Of(type, unchecked((sbyte)(int)expected));
            }

            TensorAssert.Close(want, TensorFlowGraph.Run(@operator, x, [I(0)], A("keep_dims", true)), $"{@operator} of {type}");
        }
    }

    [Fact]
    public void IntegerDivision_NegativeOperands_RoundsAsEachOperatorSays()
    {
        TensorData x = I(7, -7, 7, -7, 6, -6);
        TensorData y = I(3, 3, -3, -3, 3, 3);
        Check(I(2, -2, -2, 2, 2, -2), "Div", x, y);
        Check(I(2, -2, -2, 2, 2, -2), "TruncateDiv", x, y);
        Check(I(2, -3, -3, 2, 2, -2), "FloorDiv", x, y);
        Check(I(1, 2, -2, -1, 0, 0), "FloorMod", x, y);
        Check(I(1, -1, 1, -1, 0, 0), "TruncateMod", x, y);
        Check(I(1, -1, 1, -1, 0, 0), "Mod", x, y);
    }

    [Fact]
    public void FloatModulus_NegativeOperands_TakesTheSignEachOperatorSays()
    {
        TensorData x = F(5.5f, -5.5f, 5.5f, -5.5f, -6f);
        TensorData y = F(2f, 2f, -2f, -2f, 2f);
        Check(F(1.5f, 0.5f, -0.5f, -1.5f, 0f), "FloorMod", x, y);
        Check(F(1.5f, -1.5f, 1.5f, -1.5f, 0f), "Mod", x, y);
        Check(F(2f, -3f, -3f, 2f, -3f), "FloorDiv", x, y);
    }

    [Fact]
    public void GuardedOperators_ZeroGuard_GiveZero()
    {
        TensorData x = F(0f, 2f, 0f, float.NaN);
        TensorData y = F(0f, 0f, 4f, 0f);
        Check(F(0f, 0f, 0f, 0f), "DivNoNan", x, y);
        Check(F(0f, 0f, 0f, 0f), "MulNoNan", x, y);
        Check(F(0f, float.PositiveInfinity, 0f, float.NaN), "Xdivy", x, y);
        Check(F(0f, 2f * MathF.Log(3f)), "Xlogy", F(0f, 2f), F(0f, 3f));
        Check(F(0f, 2f * MathF.Log(4f)), "Xlog1py", F(0f, 2f), F(-1f, 3f));
    }

    [Fact]
    public void Atan2_AllQuadrants_GivesTheAngle()
    {
        float[] y = [1f, 1f, -1f, -1f, 1f, -1f, 0f, 0f, 0f];
        float[] x = [1f, -1f, -1f, 1f, 0f, 0f, 1f, -1f, 0f];
        Check(F([.. y.Zip(x, MathF.Atan2)]), "Atan2", F(y), F(x));
    }

    [Theory]
    [InlineData(DataType.Float32)]
    [InlineData(DataType.Float64)]
    public void UnaryFunctions_FloatTypes_AgreeWithTheLibrary(DataType type)
    {
        double[] x = [-0.9, -0.5, -1e-5, 0, 1e-5, 0.3, 0.9];
        foreach ((string name, Func<double, double> f) in new (string, Func<double, double>)[]
        {
            ("Expm1", v => Math.Abs(v) < 1e-4 ? v + (v * v / 2) : Math.Exp(v) - 1), ("Log1p", v => Math.Abs(v) < 1e-4 ? v - (v * v / 2) : Math.Log(1 + v)), ("Sin", Math.Sin), ("Cos", Math.Cos), ("Tan", Math.Tan),
            ("Asin", Math.Asin), ("Acos", Math.Acos), ("Atan", Math.Atan), ("Sinh", Math.Sinh), ("Cosh", Math.Cosh), ("Asinh", Math.Asinh), ("Atanh", Math.Atanh), ("Exp", Math.Exp), ("Rint", Math.Round), ("Sign", v => Math.Sign(v)),
            ("Ceil", Math.Ceiling), ("Neg", v => -v),
        })
        {
            Check(Of(type, Array.ConvertAll(x, v => f((double)(type == DataType.Float32 ? (float)v : v)))), name, Of(type, x));
        }

        Check(Of(type, 0, Math.Acosh(2), Math.Acosh(50)), "Acosh", Of(type, 1, 2, 50));
        Check(Of(type, 0.5, 0.25), "Rsqrt", Of(type, 4, 16));
        Check(Of(type, 0.25, -0.5), "Inv", Of(type, 4, -2));
        Check(Of(type, 0.4795001222, 1.5204998778), "Erfc", Of(type, 0.5, -0.5));
    }

    [Fact]
    public void Round_Halves_GoToEven() => Check(F(0f, 2f, 2f, 0f, -2f, -2f), "Round", F(0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f));

    [Fact]
    public void Maximum_Nan_PassesThrough()
    {
        Check(F(float.NaN, float.NaN, 2f), "Maximum", F(float.NaN, 1f, 2f), F(1f, float.NaN, 1f));
        Check(F(float.NaN, float.NaN, 1f), "Minimum", F(float.NaN, 1f, 2f), F(1f, float.NaN, 1f));
    }

    [Fact]
    public void Classification_SpecialFloats_IsTold()
    {
        TensorData x = F(1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        Check(B(false, true, false, false), "IsNan", x);
        Check(B(false, false, true, true), "IsInf", x);
        Check(B(true, false, false, false), "IsFinite", x);
    }

    [Fact]
    public void Shifts_SignedIntegers_AreArithmetic()
    {
        Check(I(20, -20, 1 << 30), "LeftShift", I(5, -5, 1), I(2, 2, 30));
        Check(I(1, -2, -1), "RightShift", I(5, -5, -1), I(2, 2, 31));
        Check(Of(DataType.UInt8, 192, 4), "LeftShift", Of(DataType.UInt8, 255, 1), Of(DataType.UInt8, 6, 2));
        Check(I(4, 1), "BitwiseAnd", I(6, -3), I(12, 3));
        Check(I(-7, 2), "Invert", I(6, -3));
    }

    [Fact]
    public void Reduction_AxesGivenAtRunTime_ReducesThem()
    {
        TensorData x = F([2, 3], 1, 2, 3, 4, 5, 6);
        TensorAssert.Close(F(5, 7, 9), TensorFlowGraph.RunFed("Sum", [x, I0(0)]), "scalar axis");
        TensorAssert.Close(F([2, 1], 3, 6), TensorFlowGraph.RunFed("Max", [x, I(-1)], A("keep_dims", true)), "vector axis");
        TensorAssert.Close(x, TensorFlowGraph.RunFed("Sum", [x, I()]), "no axis");
        TensorAssert.Close(I(-1, 2), TensorFlowGraph.RunFed("Mean", [I([2, 2], -3, 0, 2, 3), I0(1)]), "integers divide toward zero");
        TensorAssert.Close(F(5f, 13f), TensorFlowGraph.RunFed("EuclideanNorm", [F([2, 2], 3, 4, 5, 12), I0(1)]), "norm");
        TensorAssert.Close(F(3f, 4f), TensorFlowGraph.Run("EuclideanNorm", F(-3, 4), [I()]), "norm over nothing is the magnitude");
    }

    [Theory]
    [InlineData(false, false, 2f, 6f, 24f)]
    [InlineData(true, false, 1f, 2f, 6f)]
    [InlineData(false, true, 24f, 12f, 4f)]
    [InlineData(true, true, 12f, 4f, 1f)]
    public void Cumprod_Flags_AreHonoured(bool exclusive, bool reverse, float a, float b, float c)
    {
        TensorAssert.Close(F(a, b, c), TensorFlowGraph.RunFed("Cumprod", [F(2, 3, 4), I0(0)], A("exclusive", exclusive), A("reverse", reverse)), "vector");
        TensorData x = F([1, 3, 2], 2, -1, 3, -1, 4, -1);
        float[] signs = exclusive ? [1f, -1f, 1f] : [-1f, 1f, -1f];
        TensorData got = TensorFlowGraph.Run("Cumprod", x, [I0(-2)], A("exclusive", exclusive), A("reverse", reverse));
        float[] flat = got.ToFloats();
        TensorAssert.Close(F(a, b, c, signs[0], signs[1], signs[2]), F(flat[0], flat[2], flat[4], flat[1], flat[3], flat[5]), "middle axis");
    }

    [Theory]
    [InlineData(false, false, 1f, 3f, 6f)]
    [InlineData(true, false, 0f, 1f, 3f)]
    [InlineData(false, true, 6f, 5f, 3f)]
    [InlineData(true, true, 5f, 3f, 0f)]
    public void Cumsum_Flags_AreHonoured(bool exclusive, bool reverse, float a, float b, float c)
        => TensorAssert.Close(F(a, b, c), TensorFlowGraph.RunFed("Cumsum", [F(1, 2, 3), I0(-1)], A("exclusive", exclusive), A("reverse", reverse)), "sum");

    [Fact]
    public void Cast_Truncating_RoundsTowardZero()
    {
        float justAbove = 1f + (MathF.ScaleB(1, -7) * 0.9f);
        TensorData x = F(justAbove, -justAbove, 3f, 1.9999f);
        TensorData truncated = TensorFlowGraph.Run("Cast", x, [], A("SrcT", DataType.Float32), A("DstT", DataType.BFloat16), A("Truncate", true));
        TensorAssert.Close(F(1f, -1f, 3f, 1.9921875f), truncated, "bfloat16");
        TensorData rounded = TensorFlowGraph.Run("Cast", x, [], A("SrcT", DataType.Float32), A("DstT", DataType.BFloat16));
        TensorAssert.Close(F(1.0078125f, -1.0078125f, 3f, 2f), rounded, "bfloat16, nearest");
        TensorData half = TensorFlowGraph.Run("Cast", F(1f + (MathF.ScaleB(1, -10) * 0.75f)), [], A("SrcT", DataType.Float32), A("DstT", DataType.Float16), A("Truncate", true));
        TensorAssert.Close(Of(DataType.Float16, 1), half, "half");
    }

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Cast_BetweenNumericTypes_KeepsSmallNumbers(DataType type)
    {
        TensorAssert.Close(Of(type, 0, 1, 100), TensorFlowGraph.Run("Cast", F(0f, 1.7f, 100.2f), [], A("SrcT", DataType.Float32), A("DstT", DataType.Int32)).CastTo(type), type.ToString());
        TensorAssert.Close(B(false, true, true), Of(type, 0, 1, 100).CastTo(DataType.Boolean), type.ToString());
    }

    [Fact]
    public void Select_VectorCondition_PicksRowsWithoutKnownRank()
    {
        TensorData x = F([2, 2], 1, 2, 3, 4);
        TensorData y = F([2, 2], 5, 6, 7, 8);
        TensorAssert.Close(F([2, 2], 1, 2, 7, 8), TensorFlowGraph.RunFed("Select", [B(true, false), x, y], A("T", DataType.Float32)), "rows");
        TensorAssert.Close(F([2, 2], 1, 6, 3, 8), TensorFlowGraph.RunFed("SelectV2", [B(true, false), x, y], A("T", DataType.Float32)), "broadcast");
    }

    private static void Check(TensorData expected, string @operator, params TensorData[] inputs)
        => TensorAssert.Close(expected, TensorFlowGraph.RunFed(@operator, inputs), $"{@operator} of {inputs[0].Type}");
}
