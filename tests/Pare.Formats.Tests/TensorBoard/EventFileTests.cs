using System.Buffers.Binary;
using Pare.Formats.TensorBoard;
using Pare.Formats.TensorFlow;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorBoard;

public sealed class EventFileTests
{
    [Fact]
    public void Compute_KnownVectors_Agree()
    {
        byte[] digits = "123456789"u8.ToArray();
        Assert.Equal(0xe3069283, Crc32C.Compute(digits));
        Assert.Equal(0xc78ab0e5, Crc32C.Mask(Crc32C.Compute(digits)));
        Assert.Equal(0x224b7fa3u, Crc32C.Mask(Crc32C.Compute([24, 0, 0, 0, 0, 0, 0, 0])));
        byte[] many = [.. Enumerable.Range(0, 1001).Select(i => (byte)(i * 31))];
        Assert.Equal(~Crc32C.AppendByTable(~0u, many), Crc32C.Compute(many));
    }

    [Fact]
    public void Write_TheRecordedGraph_GivesTheRecordedFile()
    {
        string recorded = Assert.Single(Directory.GetFiles(SharedFiles.InShared("golden/poets"), "events.out.tfevents.*"));
        byte[] theirs = File.ReadAllBytes(recorded);
        List<(double Time, byte[] Data)> events = Records(theirs);
        ReadOnlyMemory<byte> graph = Field(events[1].Data, 4);
        using MemoryStream stream = new();
        EventFile.Write(stream, graph, DateTimeOffset.FromUnixTimeSeconds(1_500_000_000));
        List<(double Time, byte[] Data)> ours = Records(stream.ToArray());
        Assert.Equal(events.Count, ours.Count);
        Assert.Equal(theirs.Length, stream.Length);
        for (int i = 0; i < ours.Count; i++)
        {
            Assert.Equal(1_500_000_000, ours[i].Time);
            Assert.Equal(events[i].Data.AsSpan(9).ToArray(), ours[i].Data.AsSpan(9).ToArray());
        }
    }

    [Fact]
    public void NameOf_AnyHost_IsAFileName()
    {
        Assert.Equal("events.out.tfevents.1500000000.a_b-c.d", EventFile.NameOf(DateTimeOffset.FromUnixTimeSeconds(1_500_000_000), "a/b-c.d"));
        Assert.Equal("events.out.tfevents.0000000007.localhost", EventFile.NameOf(DateTimeOffset.FromUnixTimeSeconds(7), ""));
    }

    [Fact]
    public void Create_OnnxLikeGraph_ReadsBackAsAGraph()
    {
        Model model = new(Vocabularies.Onnx);
        Value input = new("x", DataType.Float32);
        model.Graph.Inputs.Add(input);
        Value weight = model.Graph.AddInitializer("w:0", DenseTensorData.Create([1f, 2f], new TensorShape(2)));
        Node first = model.Graph.CreateNode("", "Split", [input], 0);
        first.AddOutput("a");
        first.AddOutput("b");
        Node last = model.Graph.CreateNode("/layer/add", "Add", [first.Outputs[1], weight, null], 0);
        last.AddOutput("y");
        Model back = new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(GraphSketch.Create(model)) });
        Assert.Equal(["x Placeholder", "w_0 Const", "a Split", "layer/add Add"], back.Graph.Nodes.Select(n => $"{n.Name} {n.Operator}"));
        Assert.Equal(["a:1", "w_0:0"], back.Graph.Nodes.Last().Inputs.Select(i => i!.Name));
    }

    private static List<(double Time, byte[] Data)> Records(byte[] file)
    {
        List<(double, byte[])> records = [];
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Crc32C.Mask(Crc32C.Compute(file.AsSpan(at, 8))), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Crc32C.Mask(Crc32C.Compute(data)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            Assert.Equal(9, data[0]);
            records.Add((BinaryPrimitives.ReadDoubleLittleEndian(data.AsSpan(1)), data));
            at += 16 + length;
        }

        return records;
    }

    private static ReadOnlyMemory<byte> Field(byte[] message, int field)
    {
        int at = 9;
        Assert.Equal(field << 3 | 2, message[at++]);
        int length = 0;
        for (int shift = 0; ; shift += 7)
        {
            length |= (message[at] & 127) << shift;
            if (message[at++] < 128)
            {
                break;
            }
        }

        return message.AsMemory(at, length);
    }
}
