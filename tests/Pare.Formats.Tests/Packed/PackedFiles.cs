using System.Runtime.InteropServices;
using Pare.Codecs;

namespace Pare.Formats.Tests.Packed;

/// <summary>Small files and models to pack.</summary>
internal static class PackedFiles
{
    /// <summary>Packs a file that may be a model.</summary>
    public static byte[] Pack(byte[] file, Model? model = null)
    {
        using MemoryStream output = new();
        ModelPacker.Pack(ByteSource.FromMemory(file), model, output, new PackOptions { Threads = 2 });
        return output.ToArray();
    }

    /// <summary>Packs a file as its format reads it.</summary>
    public static byte[] PackModel(byte[] file, string suffix)
    {
        ModelSource source = new() { Bytes = ByteSource.FromMemory(file), Suffix = suffix };
        Model model = ModelFile.Identify(source).Read(source);
        using MemoryStream output = new();
        ModelPacker.Pack(source.Bytes, model, output, new PackOptions { Threads = 2 });
        return output.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using MemoryStream output = new();
        ModelPacker.Unpack(ByteSource.FromMemory(packed), output);
        return output.ToArray();
    }

    /// <summary>Writes a model as a GraphDef.</summary>
    public static byte[] Write(Model model)
    {
        using MemoryStream output = new();
        new Formats.TensorFlow.GraphDefFormat().Write(model, new StreamTarget(output, ".pb"));
        return output.ToArray();
    }

    /// <summary>A TensorFlow model of constants alone, each with a consumer.</summary>
    public static Model Model(params (string Name, TensorData Tensor)[] constants)
    {
        Model model = new(Vocabularies.TensorFlow);
        foreach ((string name, TensorData tensor) in constants)
        {
            Node node = model.Graph.CreateNode(name, "Const");
            node.Attributes["dtype"] = AttributeValue.Of(tensor.Type);
            node.Outputs[0].Constant = tensor;
            node.Outputs[0].Type = tensor.Type;
            model.Graph.CreateNode(name + "/read", "Identity", [node.Outputs[0]]).Attributes["T"] = AttributeValue.Of(tensor.Type);
        }

        return model;
    }

    /// <summary>Normally distributed numbers.</summary>
    public static float[] Normal(int count, int seed, float deviation = 0.1f)
    {
        Random random = new(seed);
        float[] values = new float[count];
        foreach (ref float v in values.AsSpan())
        {
            v = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())) * deviation;
        }

        return values;
    }

    public static byte[] Bytes(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>A tensor of codes, with steps along both axes.</summary>
    public static CodedTensor Coded(int rows, int columns, int seed, DataType type = DataType.Float32)
    {
        int[] codes = [.. Normal(rows * columns, seed, 1.5f).Select(v => (int)MathF.Round(v))];
        sbyte[] across = [.. Enumerable.Range(0, columns).Select(k => (sbyte)(k % 5 - 2))];
        sbyte[] along = [.. Enumerable.Range(0, rows).Select(k => (sbyte)(k % 3 - 1))];
        return new CodedTensor(type, new TensorShape(rows, columns), codes, SymbolLayout.Matrix(rows, columns), CodedTensor.RoundStep(0.0371f), new AxisScale(columns, along), new AxisScale(1, across));
    }
}
