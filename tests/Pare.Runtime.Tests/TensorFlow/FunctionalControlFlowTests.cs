using Pare.Passes.Conversion;
using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Conditionals and loops as functions, calls, lists of tensors.</summary>
public class FunctionalControlFlowTests
{
    private const string X = "x = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 2 } }\n";
    private const string Zero = "zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }\n";

    private static readonly string s_lessThanThree = GraphText.Function(
        "more: INT32 i, FLOAT x -> BOOL go = Less:z:0",
        "three = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 3 }\n Less = Less(i, three:output:0) T: type: DT_INT32");

    private static readonly string s_lists = GraphText.Function(
        "more: INT32 i, VARIANT list, VARIANT out, FLOAT h -> BOOL go = Less:z:0",
        "three = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 3 }\n Less = Less(i, three:output:0) T: type: DT_INT32")
        + GraphText.Function(
        "step: INT32 i, VARIANT list, VARIANT out, FLOAT h -> INT32 i1 = next:z:0, VARIANT l1 = list, VARIANT o1 = set:output_handle:0, FLOAT h1 = sum:z:0",
        """
        one = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }
        next = AddV2(i, one:output:0) T: type: DT_INT32
        shape = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 tensor_shape { dim { size: 1 } } int_val: 2 }
        item = TensorListGetItem(list, i, shape:output:0) element_dtype: type: DT_FLOAT
        sum = AddV2(h, item:item:0) T: type: DT_FLOAT
        set = TensorListSetItem(out, i, sum:z:0) element_dtype: type: DT_FLOAT
        """);

    [Theory]
    [InlineData("While")]
    [InlineData("StatelessWhile")]
    public void While_CountsToThree_AddsThrice(string @operator)
    {
        string library = s_lessThanThree + GraphText.Function(
            "step: INT32 i, FLOAT x -> INT32 i1 = next:z:0, FLOAT x1 = add:z:0",
            "one = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }\n next = AddV2(i, one:output:0) T: type: DT_INT32\n add = AddV2(x, x) T: type: DT_FLOAT");
        string graph = X + Zero + $"w = {@operator}(zero, x) T: list {{ type: DT_INT32 type: DT_FLOAT }}; cond: func {{ name: \"more\" }}; body: func {{ name: \"step\" }}\n";
        IReadOnlyList<TensorData> r = GraphText.Run(graph, library, [("x:0", F(1, 2))], "w:0", "w:1");
        TensorAssert.Close(I0(3), r[0], "count");
        TensorAssert.Close(F(8, 16), r[1], "sum");
    }

    [Fact]
    public void While_ShapeGrowsEveryRound_IsFollowed()
    {
        string library = s_lessThanThree + GraphText.Function(
            "step: INT32 i, FLOAT x -> INT32 i1 = next:z:0, FLOAT x1 = join:output:0",
            """
            one = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }
            axis = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }
            next = AddV2(i, one:output:0) T: type: DT_INT32
            n = Cast(i) SrcT: type: DT_INT32; DstT: type: DT_FLOAT
            row = ExpandDims(n:y:0, axis:output:0) T: type: DT_FLOAT
            join = ConcatV2(x, row:output:0, axis:output:0) N: i: 2; T: type: DT_FLOAT
            """);
        string graph = X + Zero + "w = While(zero, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"step\" }\n";
        TensorAssert.Close(F(7, 8, 0, 1, 2), GraphText.Run(graph, library, [("x:0", F(7, 8))], "w:1")[0], "joined");
    }

    [Fact]
    public void While_Nested_RunsTheInnerEveryRound()
    {
        string library = s_lessThanThree
            + GraphText.Function("inner: INT32 i, FLOAT x -> INT32 i1 = next:z:0, FLOAT x1 = add:z:0", "one = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }\n next = AddV2(i, one:output:0) T: type: DT_INT32\n add = AddV2(x, x) T: type: DT_FLOAT")
            + GraphText.Function(
                "outer: INT32 i, FLOAT x -> INT32 i1 = next:z:0, FLOAT x1 = w:output:1",
                "one = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }\n zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }\n next = AddV2(i, one:output:0) T: type: DT_INT32\n w = While(zero:output:0, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"inner\" }");
        string graph = X + Zero + "w = While(zero, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"outer\" }\n";
        TensorAssert.Close(F(512, 1024), GraphText.Run(graph, library, [("x:0", F(1, 2))], "w:1")[0], "nine doublings");
    }

    [Fact]
    public void While_ListsOfTensors_ReadAndWritten()
    {
        string graph = """
            x = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 3 } dim { size: 2 } }
            h = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 2 } }
            zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }
            three = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 3 }
            shape = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 tensor_shape { dim { size: 1 } } int_val: -1 }
            in = TensorListFromTensor(x, shape) element_dtype: type: DT_FLOAT; shape_type: type: DT_INT32
            out = TensorListReserve(shape, three) element_dtype: type: DT_FLOAT; shape_type: type: DT_INT32
            w = While(zero, in, out, h) T: list { type: DT_INT32 type: DT_VARIANT type: DT_VARIANT type: DT_FLOAT }; cond: func { name: "more" }; body: func { name: "step" }
            y = TensorListStack(w:2, shape) element_dtype: type: DT_FLOAT
            """;
        IReadOnlyList<TensorData> r = GraphText.Run(graph, s_lists, [("x:0", F([3, 2], 1, 2, 3, 4, 5, 6)), ("h:0", F(10, 20))], "y:0", "w:3");
        TensorAssert.Close(F([3, 2], 11, 22, 14, 26, 19, 32), r[0], "all sums");
        TensorAssert.Close(F(19, 32), r[1], "last sum");
    }

    [Fact]
    public void TensorList_PushedAndPopped_HoldsWhatWasPut()
    {
        string graph = X + """
            none = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 tensor_shape { dim { size: 1 } } int_val: -1 }
            most = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: -1 }
            n = Neg(x) T: type: DT_FLOAT
            e = EmptyTensorList(none, most) element_dtype: type: DT_FLOAT; shape_type: type: DT_INT32
            a = TensorListPushBack(e, x) element_dtype: type: DT_FLOAT
            b = TensorListPushBack(a, n) element_dtype: type: DT_FLOAT
            s = TensorListStack(b, none) element_dtype: type: DT_FLOAT
            p = TensorListPopBack(b, none) element_dtype: type: DT_FLOAT
            l = TensorListLength(p)
            """;
        IReadOnlyList<TensorData> r = GraphText.Run(graph, "", [("x:0", F(1, 2))], "s:0", "p:1", "l:0");
        TensorAssert.Close(F([2, 2], 1, 2, -1, -2), r[0], "stacked");
        TensorAssert.Close(F(-1, -2), r[1], "popped");
        TensorAssert.Close(I0(1), r[2], "left");
    }

    [Theory]
    [InlineData("If", true, 2f, 4f)]
    [InlineData("StatelessIf", false, -1f, -2f)]
    public void If_Predicate_TakesThatBranch(string @operator, bool predicate, float first, float second)
    {
        string library = GraphText.Function("yes: FLOAT x -> FLOAT y = add:z:0", "add = AddV2(x, x) T: type: DT_FLOAT") + GraphText.Function("no: FLOAT x -> FLOAT y = neg:y:0", "neg = Neg(x) T: type: DT_FLOAT");
        string graph = X + $"p = Placeholder() dtype: type: DT_BOOL; shape: shape {{ }}\n c = {@operator}(p, x) Tcond: type: DT_BOOL; Tin: list {{ type: DT_FLOAT }}; Tout: list {{ type: DT_FLOAT }}; then_branch: func {{ name: \"yes\" }}; else_branch: func {{ name: \"no\" }}\n";
        TensorAssert.Close(F(first, second), GraphText.Run(graph, library, [("x:0", F(1, 2)), ("p:0", B(predicate).Scalar())], "c:0")[0], "branch");
    }

    [Theory]
    [InlineData(0, 1f)]
    [InlineData(1, -1f)]
    [InlineData(2, 2f)]
    [InlineData(7, 2f)]
    [InlineData(-1, 2f)]
    public void Case_Index_TakesThatBranchOrTheLast(int index, float expected)
    {
        string library = GraphText.Function("a: FLOAT x -> FLOAT y = id:output:0", "id = Identity(x) T: type: DT_FLOAT") + GraphText.Function("b: FLOAT x -> FLOAT y = neg:y:0", "neg = Neg(x) T: type: DT_FLOAT")
            + GraphText.Function("c: FLOAT x -> FLOAT y = add:z:0", "add = AddV2(x, x) T: type: DT_FLOAT");
        string graph = X + "i = Placeholder() dtype: type: DT_INT32; shape: shape { }\n c = Case(i, x) Tin: list { type: DT_FLOAT }; Tout: list { type: DT_FLOAT }; branches: list { func { name: \"a\" } func { name: \"b\" } func { name: \"c\" } }\n";
        TensorAssert.Close(F(expected, expected * 2), GraphText.Run(graph, library, [("x:0", F(1, 2)), ("i:0", I0(index))], "c:0")[0], "branch");
    }

    [Fact]
    public void PartitionedCall_NestedAndByName_IsPutIn()
    {
        string library = GraphText.Function("inner: FLOAT x -> FLOAT y = neg:y:0", "neg = Neg(x) T: type: DT_FLOAT")
            + GraphText.Function("outer: FLOAT x -> FLOAT y = add:z:0, FLOAT z = call:y:0", "call = inner(x)\n add = AddV2(x, call:y:0) T: type: DT_FLOAT");
        string graph = X + "c = StatefulPartitionedCall(x) Tin: list { type: DT_FLOAT }; Tout: list { type: DT_FLOAT type: DT_FLOAT }; f: func { name: \"outer\" }\n y = Mul(c, c:1) T: type: DT_FLOAT\n";
        IReadOnlyList<TensorData> r = GraphText.Run(graph, library, [("x:0", F(1, 2))], "c:1", "y:0");
        TensorAssert.Close(F(-1, -2), r[0], "the call's output");
        TensorAssert.Close(F(0, 0), r[1], "what follows");
    }

    [Fact]
    public void While_UnsupportedInTheBody_IsNamed()
    {
        string library = s_lessThanThree + GraphText.Function("step: INT32 i, FLOAT x -> INT32 i1 = i, FLOAT x1 = odd:y:0", "odd = Betainc(x, x, x) T: type: DT_FLOAT");
        string graph = X + Zero + "w = While(zero, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"step\" }\n";
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => TensorFlowToOnnx.Convert(GraphText.Read(graph, library)));
        Assert.Equal(["Betainc"], e.Nodes.Select(n => n.Operator));
    }

    [Fact]
    public void While_BodyRefersToItself_IsRefused()
    {
        string library = s_lessThanThree + GraphText.Function("step: INT32 i, FLOAT x -> INT32 i1 = i, FLOAT x1 = w:output:1", "w = While(i, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"step\" }");
        string graph = X + Zero + "w = While(zero, x) T: list { type: DT_INT32 type: DT_FLOAT }; cond: func { name: \"more\" }; body: func { name: \"step\" }\n";
        Assert.Throws<UnsupportedModelException>(() => TensorFlowToOnnx.Convert(GraphText.Read(graph, library)));
    }
}
