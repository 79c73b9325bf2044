using System.Security.Cryptography;
using Pare.Codecs;
using Pare.Formats.Packed;
using Pare.Testing;

namespace Pare.Formats.Tests.Packed;

/// <summary>
/// Containers of every codec and feature, committed with the SHA-256 of what they unpack to (<c>golden.txt</c>). They must stay readable; <see cref="Write"/> made those of version 1.
/// </summary>
internal static class GoldenFiles
{
    public static string Folder => Path.Combine(SharedFiles.Repository, "tests", "Pare.Formats.Tests", "Packed", "Golden");

    /// <summary>Names and hashes.</summary>
    public static IEnumerable<(string Name, string Sha256)> All => File.ReadAllLines(Path.Combine(Folder, "golden.txt")).Select(l => l.Split(' ')).Select(p => (p[0], p[1]));

    /// <summary>Writes the files anew; what is there is kept.</summary>
    public static void Write()
    {
        Directory.CreateDirectory(Folder);
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal)
        {
            ["empty-v1.pare"] = PackedFiles.Pack([]),
            ["text-v1.pare"] = PackedFiles.Pack("Nothing but structure: no numbers, no tensors, no names.\n"u8.ToArray()),
            ["random-v1.pare"] = PackedFiles.Pack(RandomBytes(8192)),
            ["model-v1.pare"] = PackedFiles.PackModel(PackedFiles.Write(PackedFiles.Model(Constants())), ".pb"),
            ["coded-v1.pare"] = Coded(),
            ["planes-v1.pare"] = Planes(),
            ["floats-v1.pare"] = Floats(),
            ["compact-v1.pare"] = PackedFiles.Pack(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60).Select(k => $"node {k % 7} of layer_{k / 5}; ")))),
            ["compact-stored-v1.pare"] = PackedFiles.Pack(RandomBytes(700)),
        };
        List<string> lines = [];
        foreach ((string name, byte[] bytes) in files)
        {
            string path = Path.Combine(Folder, name);
            if (!File.Exists(path))
            {
                File.WriteAllBytes(path, bytes);
            }

            lines.Add($"{name} {Convert.ToHexStringLower(SHA256.HashData(PackedFiles.Unpack(File.ReadAllBytes(path))))}");
        }

        File.WriteAllText(Path.Combine(Folder, "golden.txt"), string.Join('\n', lines) + "\n");
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    // One of each: planes, short floats, whole numbers of three widths, palettes, copies with and without a period, special values.
    private static (string Name, TensorData Tensor)[] Constants()
    {
        float[] block = PackedFiles.Normal(300, 9);
        return
        [
            ("planes", DenseTensorData.Create(PackedFiles.Normal(2100, 1), new TensorShape(21, 100))),
            ("short", DenseTensorData.Create((float[])[.. PackedFiles.Normal(280, 2), float.NaN, float.NegativeInfinity, -0f, float.Epsilon], new TensorShape(284))),
            ("int8", DenseTensorData.Create<sbyte>(DataType.Int8, [.. PackedFiles.Normal(1500, 3, 20).Select(v => (sbyte)v)], new TensorShape(3, 5, 10, 10))),
            ("uint8", DenseTensorData.Create<byte>(DataType.UInt8, [.. PackedFiles.Normal(1500, 4, 12).Select(v => (byte)(128 + v))], new TensorShape(15, 100))),
            ("int16", DenseTensorData.Create<short>(DataType.Int16, [.. PackedFiles.Normal(1500, 5, 300).Select(v => (short)v)], new TensorShape(15, 100))),
            ("palette", DenseTensorData.Create((float[])[.. PackedFiles.Normal(1600, 6).Select(v => MathF.Round(v * 20) / 20)], new TensorShape(16, 100))),
            ("palette16", DenseTensorData.Create<Half>(DataType.Float16, [.. PackedFiles.Normal(1600, 7).Select(v => (Half)(MathF.Round(v * 20) / 20))], new TensorShape(16, 100))),
            ("repeated", DenseTensorData.Create((float[])[.. block, .. block, .. block, .. block], new TensorShape(12, 100))),
            ("again", DenseTensorData.Create((float[])[.. block, .. block, .. block], new TensorShape(9, 100))),
            ("equal", DenseTensorData.Create(Enumerable.Repeat(0.25f, 3000).ToArray(), new TensorShape(30, 100))),
            ("int64", DenseTensorData.Create((long[])[.. Enumerable.Range(0, 200).Select(k => (long)k * 3)], new TensorShape(200))),
            ("strings", new StringTensorData(new TensorShape(2), ["a"u8.ToArray(), "b"u8.ToArray()])),
        ];
    }

    private static byte[] Coded()
    {
        Model model = PackedFiles.Model(
            ("w", PackedFiles.Coded(24, 40, 5)),
            ("h", PackedFiles.Coded(10, 20, 6, DataType.Float16)),
            ("b", PackedFiles.Coded(10, 30, 7, DataType.BFloat16)),
            ("plain", new CodedTensor(DataType.Float32, new TensorShape(3, 3, 4, 8), [.. PackedFiles.Normal(288, 8, 40).Select(v => (int)v)], SymbolLayout.Convolution(8, 4, 3, 3, SymbolOrder.InputsOutputs), 0.5f)),
            ("bias", new CodedTensor(DataType.Float32, new TensorShape(40), [.. Enumerable.Range(-20, 40).Select(k => k * 100_000)], SymbolLayout.Vector(40), 0.25f)));
        using MemoryStream output = new();
        ModelPacker.Pack(model, new Formats.TensorFlow.GraphDefFormat(), ".pb", output);
        return output.ToArray();
    }

    // Floats whose highest bytes are symbols, in every width, with special values.
    private static byte[] Floats()
    {
        float[] normal = [.. PackedFiles.Normal(598, 11), float.NaN, float.NegativeInfinity];
        byte[][] parts =
        [
            [.. normal.SelectMany(v => BitConverter.GetBytes((Half)v))],
            PackedFiles.Bytes(normal),
            [.. normal.SelectMany(v => BitConverter.GetBytes((double)v))],
        ];
        ContainerWriter writer = new(ByteSource.FromMemory(parts.SelectMany(p => p).ToArray()));
        long at = 0;
        foreach (byte[] part in parts)
        {
            writer.Add(
                new PackPiece(at, part.Length, PieceKind.Numbers) { Width = part.Length / normal.Length, IsTensor = true },
                new PieceCoding(SegmentKind.Floats, StreamCodec.Symbols) { Layout = SymbolLayout.Matrix(20, 30) });
            at += part.Length;
        }

        using MemoryStream output = new();
        writer.Write(output, false, new PackOptions(), CancellationToken.None);
        return output.ToArray();
    }

    // Every element of planes, noise, constants, split planes and both palettes, which the packer itself takes for large files only.
    private static byte[] Planes()
    {
        float[] normal = PackedFiles.Normal(5000, 1);
        (PlaneElement Element, byte[] Bytes)[] parts =
        [
            (PlaneElement.Float32, PackedFiles.Bytes(normal)),
            (PlaneElement.Float32, PackedFiles.Bytes([.. normal.Select((v, k) => k % 3 == 0 ? v : 0)])),
            (PlaneElement.Float32, PackedFiles.Bytes([.. normal.Select(v => MathF.Round(v * 30) / 30)])),
            (PlaneElement.Float32, PackedFiles.Bytes([.. normal.Select(v => MathF.Round(v * 1500) / 1500)])),
            (PlaneElement.Float64, [.. normal.Take(600).SelectMany(v => BitConverter.GetBytes((double)v))]),
            (PlaneElement.Float16, [.. normal.Take(3000).SelectMany(v => BitConverter.GetBytes((Half)v))]),
            (PlaneElement.BFloat16, [.. normal.Take(3000).SelectMany(v => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)))]),
            (PlaneElement.Integer16, [.. normal.Take(2000).SelectMany(v => BitConverter.GetBytes((short)(v * 1000)))]),
            (PlaneElement.Integer32, [.. normal.Take(2000).SelectMany(v => BitConverter.GetBytes((int)(v * 100_000)))]),
            (PlaneElement.Integer64, [.. normal.Take(600).SelectMany(v => BitConverter.GetBytes((long)(v * 1e9)))]),
            (PlaneElement.Bytes, [.. normal.Select(v => (byte)(sbyte)(v * 50))]),
        ];
        ContainerWriter writer = new(ByteSource.FromMemory(parts.SelectMany(p => p.Bytes).ToArray()));
        long at = 0;
        foreach ((PlaneElement element, byte[] bytes) in parts)
        {
            int width = PlaneCoder.Width(element);
            writer.Add(new PackPiece(at, bytes.Length, PieceKind.Numbers) { Width = width }, new PieceCoding(SegmentKind.Bytes, StreamCodec.Planes) { Parameter = (int)element });
            at += bytes.Length;
        }

        using MemoryStream output = new();
        writer.Write(output, false, new PackOptions(), CancellationToken.None);
        return output.ToArray();
    }
}
