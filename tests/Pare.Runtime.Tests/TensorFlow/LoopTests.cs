using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Loops of TensorFlow 1: frames of Enter, Merge, Switch, NextIteration and Exit, with arrays of tensors as dynamic_rnn uses them.</summary>
public class LoopTests
{
    [Fact]
    public void Frame_CountsToThree_AddsThrice()
    {
        IReadOnlyList<TensorData> r = GraphText.Run(Frame("x", "x", "w") + "y = Neg(x/Exit) T: type: DT_FLOAT\n", "", [("x:0", F(1, 2)), ("w:0", F(10, 20))], "y:0", "x/Exit:0", "i/Exit:0");
        TensorAssert.Close(F(-31, -62), r[0], "y");
        TensorAssert.Close(F(31, 62), r[1], "exit");
        TensorAssert.Close(I0(3), r[2], "count");
    }

    [Fact]
    public void Frame_WithConditionalInside_TakesTheLiveSide()
    {
        // Odd rounds add, even ones subtract: 0 - w + w - w.
        string body = """
            x/two = Const(^x/Sw) dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 2 }
            x/zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }
            x/mod = FloorMod(i/Sw:1, x/two) T: type: DT_INT32
            x/odd = Greater(x/mod, x/zero) T: type: DT_INT32
            c/x = Switch(x/Sw:1, x/odd) T: type: DT_FLOAT
            c/w = Switch(x/wEnter, x/odd) T: type: DT_FLOAT
            c/sub = Sub(c/x, c/w) T: type: DT_FLOAT
            c/add = AddV2(c/x:1, c/w:1) T: type: DT_FLOAT
            x/next = Merge(c/sub, c/add) N: i: 2; T: type: DT_FLOAT
            """;
        TensorAssert.Close(F(-9, -18), GraphText.Run(Frame("x", "x", "w", body), "", [("x:0", F(1, 2)), ("w:0", F(10, 20))], "x/Exit:0")[0], "x");
    }

    [Fact]
    public void Frame_ArraysOfTensors_ReadAndWritten()
    {
        // h = h + x[t], all h kept: what dynamic_rnn builds around a cell.
        string graph = """
            x = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 3 } dim { size: 2 } }
            h = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 2 } }
            three = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 3 }
            zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }
            delta = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }
            all = Range(zero, three, delta) Tidx: type: DT_INT32
            in = TensorArrayV3(three) dtype: type: DT_FLOAT; element_shape: shape { unknown_rank: true }
            out = TensorArrayV3(three) dtype: type: DT_FLOAT; element_shape: shape { unknown_rank: true }
            fill = TensorArrayScatterV3(in, all, x, in:1) T: type: DT_FLOAT
            t/Enter = Enter(zero) T: type: DT_INT32; frame_name: s: "rnn"; is_constant: b: false
            o/Enter = Enter(out:1) T: type: DT_FLOAT; frame_name: s: "rnn"; is_constant: b: false
            h/Enter = Enter(h) T: type: DT_FLOAT; frame_name: s: "rnn"; is_constant: b: false
            t/M = Merge(t/Enter, t/Next) N: i: 2; T: type: DT_INT32
            o/M = Merge(o/Enter, o/Next) N: i: 2; T: type: DT_FLOAT
            h/M = Merge(h/Enter, h/Next) N: i: 2; T: type: DT_FLOAT
            n/Enter = Enter(three) T: type: DT_INT32; frame_name: s: "rnn"; is_constant: b: true
            less = Less(t/M, n/Enter) T: type: DT_INT32
            cond = LoopCond(less)
            t/Sw = Switch(t/M, cond) T: type: DT_INT32
            o/Sw = Switch(o/M, cond) T: type: DT_FLOAT
            h/Sw = Switch(h/M, cond) T: type: DT_FLOAT
            t/Id = Identity(t/Sw:1) T: type: DT_INT32
            one = Const(^t/Id) dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }
            t/add = Add(t/Id, one) T: type: DT_INT32
            in/Enter = Enter(in) T: type: DT_RESOURCE; frame_name: s: "rnn"; is_constant: b: true
            in/Enter_1 = Enter(fill) T: type: DT_FLOAT; frame_name: s: "rnn"; is_constant: b: true
            read = TensorArrayReadV3(in/Enter, t/Id, in/Enter_1) dtype: type: DT_FLOAT
            sum = Add(h/Sw:1, read) T: type: DT_FLOAT
            out/Enter = Enter(out) T: type: DT_RESOURCE; frame_name: s: "rnn"; is_constant: b: true
            write = TensorArrayWriteV3(out/Enter, t/Id, sum, o/Sw:1) T: type: DT_FLOAT
            t/Next = NextIteration(t/add) T: type: DT_INT32
            o/Next = NextIteration(write) T: type: DT_FLOAT
            h/Next = NextIteration(sum) T: type: DT_FLOAT
            o/Exit = Exit(o/Sw) T: type: DT_FLOAT
            h/Exit = Exit(h/Sw) T: type: DT_FLOAT
            size = TensorArraySizeV3(out, o/Exit)
            places = Range(zero, size, delta) Tidx: type: DT_INT32
            y = TensorArrayGatherV3(out, places, o/Exit) dtype: type: DT_FLOAT; element_shape: shape { dim { size: 2 } }
            """;
        IReadOnlyList<TensorData> r = GraphText.Run(graph, "", [("x:0", F([3, 2], 1, 2, 3, 4, 5, 6)), ("h:0", F(10, 20))], "y:0", "h/Exit:0");
        TensorAssert.Close(F([3, 2], 11, 22, 14, 26, 19, 32), r[0], "all sums");
        TensorAssert.Close(F(19, 32), r[1], "last sum");
    }

    // for (i = 0; i < 3; i++) x += w, with a constant that enters; nodes consume what stands behind them.
    private static string Frame(string name, string x, string w, string? body = null) => $$"""
        {{x}} = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 2 } }
        {{w}} = Placeholder() dtype: type: DT_FLOAT; shape: shape { dim { size: 2 } }
        zero = Const() dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 0 }
        i/Enter = Enter(zero) T: type: DT_INT32; frame_name: s: "f"; is_constant: b: false
        {{name}}/Enter = Enter({{x}}) T: type: DT_FLOAT; frame_name: s: "f"; is_constant: b: false
        {{name}}/wEnter = Enter({{w}}) T: type: DT_FLOAT; frame_name: s: "f"; is_constant: b: true
        i/M = Merge(i/Enter, i/Next) N: i: 2; T: type: DT_INT32
        {{name}}/M = Merge({{name}}/Enter, {{name}}/Next) N: i: 2; T: type: DT_FLOAT
        three = Const(^i/M) dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 3 }
        less = Less(i/M, three) T: type: DT_INT32
        cond = LoopCond(less)
        i/Sw = Switch(i/M, cond) T: type: DT_INT32
        {{name}}/Sw = Switch({{name}}/M, cond) T: type: DT_FLOAT
        one = Const(^i/Sw) dtype: type: DT_INT32; value: tensor { dtype: DT_INT32 int_val: 1 }
        i/add = Add(i/Sw:1, one) T: type: DT_INT32
        {{body ?? $"{name}/next = Add({name}/Sw:1, {name}/wEnter) T: type: DT_FLOAT"}}
        i/Next = NextIteration(i/add) T: type: DT_INT32
        {{name}}/Next = NextIteration({{name}}/next) T: type: DT_FLOAT
        i/Exit = Exit(i/Sw) T: type: DT_INT32
        {{name}}/Exit = Exit({{name}}/Sw) T: type: DT_FLOAT

        """;
}
