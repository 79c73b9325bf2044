using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx.Tests;

/// <summary>Builds ONNX files field by field, so that tests can say what no writer would.</summary>
internal static class OnnxBytes
{
    public static byte[] Model(WireWriter graph, long ir = 8, Action<WireWriter>? more = null)
    {
        WireWriter m = new();
        m.Int64(1, ir);
        m.Text(2, "test");
        m.Message(7, graph);
        m.Message(8, Make(w => w.Int64(2, 17)));
        more?.Invoke(m);
        return m.ToArray();
    }

    public static WireWriter Make(Action<WireWriter> fill)
    {
        WireWriter w = new();
        fill(w);
        return w;
    }

    public static WireWriter Node(string @operator, string[] inputs, string[] outputs, Action<WireWriter>? more = null) => Make(w =>
    {
        foreach (string i in inputs)
        {
            w.Text(1, i);
        }

        foreach (string o in outputs)
        {
            w.Text(2, o);
        }

        w.Text(3, "n_" + outputs[0]);
        w.Text(4, @operator);
        more?.Invoke(w);
    });

    public static WireWriter Info(string name, int type = 1, params long[] dims) => Make(w =>
    {
        w.Text(1, name);
        w.Message(2, Make(t => t.Message(1, Make(tensor =>
        {
            tensor.Int64(1, type);
            tensor.Message(2, Make(shape =>
            {
                foreach (long d in dims)
                {
                    shape.Message(1, Make(dim => dim.Int64(1, d)));
                }
            }));
        }))));
    });

    public static WireWriter Tensor(string name, int type, long[] dims, Action<WireWriter> data) => Make(w =>
    {
        foreach (long d in dims)
        {
            w.Int64(1, d);
        }

        w.Int64(2, type);
        if (name.Length > 0)
        {
            w.Text(8, name);
        }

        data(w);
    });

    public static WireWriter Graph(Action<WireWriter> fill) => Make(w =>
    {
        w.Text(2, "g");
        fill(w);
    });

    public static WireWriter External(string name, long[] dims, string location, string? offset = null, string? length = null) => Tensor(name, 1, dims, w =>
    {
        Entry(w, "location", location);
        if (offset is not null)
        {
            Entry(w, "offset", offset);
        }

        if (length is not null)
        {
            Entry(w, "length", length);
        }

        w.Int64(14, 1);

        static void Entry(WireWriter t, string key, string value) => t.Message(13, Make(e =>
        {
            e.Text(1, key);
            e.Text(2, value);
        }));
    });

    /// <summary>One of every structure the reader knows.</summary>
    public static byte[] Everything() => Model(
        Graph(g =>
        {
            g.Message(1, Node("Constant", [], ["k1"], n => n.Message(5, Make(a =>
            {
                a.Text(1, "value_floats");
                a.Float(7, 1.5f);
                a.Float(7, -2f);
                a.Int64(20, 6);
            }))));
            g.Message(1, Node("Constant", [], ["k2"], n => n.Message(5, Make(a =>
            {
                a.Text(1, "sparse_value");
                a.Message(22, Make(s =>
                {
                    s.Message(1, Tensor("", 1, [2], t => t.PackedFloat(4, [3f, 4f])));
                    s.Message(2, Tensor("", 7, [2], t => t.PackedInt64(7, [1, 4])));
                    s.Int64(3, 6);
                }));
                a.Int64(20, 11);
            }))));
            g.Message(1, Node("Add", ["x", "w"], ["y"], n =>
            {
                n.Text(6, "doc");
                n.Message(9, Make(e => e.Text(1, "key")));
                n.Varint(900, 77);
                n.Message(5, Make(a =>
                {
                    a.Text(1, "extra");
                    a.Int64(8, 5);
                    a.Int64(8, -6);
                    a.Int64(20, 7);
                    a.Varint(901, 1);
                }));
                n.Message(5, Make(a =>
                {
                    a.Text(1, "types");
                    a.Message(14, Make(t => t.Message(4, Make(_ => { }))));
                    a.Int64(20, 13);
                }));
                n.Message(5, Make(a =>
                {
                    a.Text(1, "absent");
                    a.Int64(20, 2);
                }));
            }));
            g.Message(1, Node("If", ["c"], ["z"], n =>
            {
                Branch(n, "then_branch", "Relu");
                Branch(n, "else_branch", "Neg");
            }));
            g.Message(1, Node("F", ["z"], ["out"], n => n.Text(7, "local")));
            g.Message(5, Tensor("w", 1, [2], t => t.PackedFloat(4, [1f, 2f])));
            g.Message(5, Tensor("d", 11, [1], t => t.PackedDouble(10, [0.5])));
            g.Message(5, Tensor("h", 10, [2], t => t.PackedInt64(5, [15360, 16384])));
            g.Message(5, Tensor("b", 9, [3], t => t.PackedInt64(5, [1, 0, 1])));
            g.Message(5, Tensor("i4", 22, [3], t => t.Bytes(9, new byte[] { 0xF7, 0x08 })));
            g.Message(5, Tensor("u2", 25, [5], t => t.Bytes(9, new byte[] { 0xE4, 0x01 })));
            g.Message(5, Tensor("f4", 23, [2], t => t.PackedInt64(5, [0x2A])));
            g.Message(5, Tensor("u64", 13, [1], t => t.PackedInt64(11, [-1])));
            g.Message(5, Tensor("i64", 7, [2], t => t.PackedInt64(7, [5, -5])));
            g.Message(5, Tensor("c64", 14, [1], t => t.PackedFloat(4, [1f, -1f])));
            g.Message(5, Tensor("s", 8, [2], t =>
            {
                t.Bytes(6, "a"u8.ToArray());
                t.Bytes(6, new byte[] { 0xFF });
            }));
            g.Message(15, Make(s =>
            {
                s.Message(1, Tensor("sp", 1, [1], t => t.PackedFloat(4, [9f])));
                s.Message(2, Tensor("", 7, [1, 2], t => t.PackedInt64(7, [1, 0])));
                s.Int64(3, 2);
                s.Int64(3, 3);
            }));
            g.Text(10, "about the graph");
            g.Message(11, Info("x", 1, 2));
            g.Message(11, Info("c", 9));
            g.Message(12, Info("out", 1, 2));
            g.Message(13, Info("y", 1, 2));
            g.Message(13, Info("nowhere", 1, 7));
            g.Message(14, Make(q => q.Text(1, "w")));
            g.Varint(800, 3);
        }),
        more: m =>
        {
            m.Text(6, "about the model");
            m.Message(8, Make(w =>
            {
                w.Text(1, "local");
                w.Int64(2, 1);
            }));
            m.Message(14, Make(e =>
            {
                e.Text(1, "author");
                e.Text(2, "nobody");
            }));
            m.Message(20, Make(t => t.Varint(77, 1)));
            m.Message(25, Make(f =>
            {
                f.Text(1, "F");
                f.Text(4, "a");
                f.Text(5, "b");
                f.Text(6, "alpha");
                f.Message(7, Node("LeakyRelu", ["a"], ["b"], n => n.Message(5, Make(a =>
                {
                    a.Text(1, "alpha");
                    a.Int64(20, 1);
                    a.Text(21, "alpha");
                }))));
                f.Message(9, Make(w => w.Int64(2, 17)));
                f.Text(10, "local");
            }));
            m.Varint(700, 5);
        });

    private static void Branch(WireWriter node, string name, string @operator) => node.Message(5, Make(a =>
    {
        a.Text(1, name);
        a.Message(6, Graph(g =>
        {
            g.Message(1, Node(@operator, ["y"], [name + "_out"]));
            g.Message(12, Info(name + "_out", 1, 2));
        }));
        a.Int64(20, 5);
    }));
}
