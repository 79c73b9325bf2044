using System.Collections.Immutable;
using Pare.Runtime.Tests.Keras;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Operators of StableHLO and dilation against loops over their definitions.</summary>
public class StableHloTests
{
    [Theory]
    [InlineData("LOGISTIC", 0.5, 0.62245933)]
    [InlineData("EXPONENTIAL", 0.5, 1.6487213)]
    [InlineData("NEGATE", 0.5, -0.5)]
    [InlineData("RSQRT", 4, 0.5)]
    [InlineData("CBRT", -8, -2)]
    [InlineData("ABS", -3, 3)]
    [InlineData("COSINE", 1, 0.5403023)]
    public void Unary_Value_IsTheFunctions(string name, double x, double y) => TFLiteNet.Check(new Nd([(float)y], 1), $"STABLEHLO_{name}", [new Nd([(float)x], 1)]);

    [Theory]
    [InlineData("REMAINDER", 7, -3, 1)]
    [InlineData("REMAINDER", -7, 3, -1)]
    [InlineData("POWER", 2, 3, 8)]
    public void Binary_Value_IsTheFunctions(string name, double x, double y, double z) => TFLiteNet.Check(new Nd([(float)z], 1), $"STABLEHLO_{name}", [new Nd([(float)x], 1), new Nd([(float)y], 1)]);

    [Fact]
    public void Clamp_OutOfRange_GivesTheBound() => TFLiteNet.Check(new Nd([-1, 0.5f, 2], 3), "STABLEHLO_CLAMP", [new Nd([-1f], []), new Nd([-5, 0.5f, 9], 3), new Nd([2f], [])]);

    [Theory]
    [InlineData("GT", new float[] { 0, 0, 1 })]
    [InlineData("LE", new float[] { 1, 1, 0 })]
    [InlineData("NE", new float[] { 1, 0, 1 })]
    public void Compare_Direction_IsFollowed(string direction, float[] expected)
    {
        TFLiteNet net = new();
        net.Node(
            "STABLEHLO_COMPARE",
            [net.Input(DataType.Float32, 3), net.Input(DataType.Float32, 3)],
            [(DataType.Boolean, [3])],
            null,
            ("comparison_direction", AttributeValue.Of($"STABLEHLO_COMPARISON_DIRECTION_{direction}")));
        TensorData y = net.Run(new Nd([1, 2, 3], 3).ToTensor(), new Nd([2, 2, 2], 3).ToTensor())[0];
        Assert.Equal(expected, y.ToFloats());
    }

    [Fact]
    public void Movement_Attributes_AreFollowed()
    {
        Nd x = Nd.Random(1, 3, 4);
        Nd slice = new(2, 2);
        Nd broadcast = new(3, 2, 4);
        Nd padded = new Nd(5, 8).Map(_ => 7);
        foreach (int[] at in slice.Indices())
        {
            slice[at] = x[at[0] + 1, 1 + (2 * at[1])];
        }

        foreach (int[] at in broadcast.Indices())
        {
            broadcast[at] = x[at[0], at[2]];
        }

        foreach (int[] at in x.Indices().Where(i => i[0] > 0))
        {
            // A row is cut in front, one of sevens goes between and two behind; one column in front, one between, and none behind.
            padded[(at[0] - 1) * 2, 1 + (at[1] * 2)] = x[at];
        }

        TFLiteNet.Check(slice, "STABLEHLO_SLICE", [x], ("start_indices", AttributeValue.Of(1L, 1L)), ("limit_indices", AttributeValue.Of(3L, 4L)), ("strides", AttributeValue.Of(1L, 2L)));
        TFLiteNet.Check(x.Transpose(1, 0), "STABLEHLO_TRANSPOSE", [x], ("permutation", AttributeValue.Of(1L, 0L)));
        TFLiteNet.Check(broadcast, "STABLEHLO_BROADCAST_IN_DIM", [x], ("broadcast_dimensions", AttributeValue.Of(0L, 2L)));
        TFLiteNet.Check(padded, "STABLEHLO_PAD", [x, new Nd([7f], [])], ("edge_padding_low", AttributeValue.Of(-2L, 1L)), ("edge_padding_high", AttributeValue.Of(2L, 0L)), ("interior_padding", AttributeValue.Of(1L, 1L)));
    }

    [Fact]
    public void DotGeneral_BatchAndSums_FollowTheirAxes()
    {
        Nd x = Nd.Random(2, 4, 2, 3);
        Nd y = Nd.Random(3, 2, 5, 4);
        Nd expected = new(2, 3, 5);
        foreach (int[] at in expected.Indices())
        {
            expected[at] = Enumerable.Range(0, 4).Sum(k => x[k, at[0], at[1]] * y[at[0], at[2], k]);
        }

        TFLiteNet.Check(
            expected,
            "STABLEHLO_DOT_GENERAL",
            [x, y],
            ("lhs_batching_dimensions", AttributeValue.Of(ImmutableArray.Create(1L))),
            ("rhs_batching_dimensions", AttributeValue.Of(ImmutableArray.Create(0L))),
            ("lhs_contracting_dimensions", AttributeValue.Of(ImmutableArray.Create(0L))),
            ("rhs_contracting_dimensions", AttributeValue.Of(ImmutableArray.Create(2L))));
    }

    [Fact]
    public void Dilate_Constant_PutsNumbersBetween()
    {
        Nd x = Nd.Random(4, 2, 3);
        Nd expected = new Nd(3, 7).Map(_ => 5);
        foreach (int[] at in x.Indices())
        {
            expected[at[0] * 2, at[1] * 3] = x[at];
        }

        TFLiteNet net = new();
        net.Node("DILATE", [net.Input(DataType.Float32, 2, 3), net.Constant(DenseTensorData.Create([2, 3], new TensorShape(2))), net.Constant(DenseTensorData.Create([5f], TensorShape.Scalar))], [(DataType.Float32, [3, 7])]);
        KerasNet.Close(expected, net.Run(x.ToTensor())[0]);
    }
}
