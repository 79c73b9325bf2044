using System.Text;
using Pare.Codecs;
using Pare.Formats;

namespace Pare.Compress;

/// <summary>Measures a model's size in the way asked for. Thread-safe.</summary>
/// <param name="measure">What counts as size.</param>
/// <param name="format">The format of the files.</param>
/// <param name="path">A file's path, whose name a zip repeats.</param>
/// <param name="suffix">Suffix of the files.</param>
internal sealed class CompressMeasurer(CompressMeasure measure, IModelFormat format, string path, string suffix)
{
    /// <summary>A model's file.</summary>
    public byte[] Serialize(Model model)
    {
        using MemoryStream stream = new();
        format.Write(model, new StreamTarget(stream, suffix));
        return stream.ToArray();
    }

    /// <summary>A file's size.</summary>
    public long Measure(byte[] file) => measure switch
    {
        CompressMeasure.File => file.LongLength,
        // A zip of one entry: local header, central directory entry and end record are 98 bytes and twice the name; gzip has 18 around the same deflated bytes.
        CompressMeasure.Zip => GzipSizer.Measure(file) - 18 + 98 + (2 * Encoding.UTF8.GetByteCount(Path.GetFileName(path))),
        CompressMeasure.Pare => Packed(file),
        _ => GzipSizer.Measure(file),
    };

    private long Packed(byte[] file)
    {
        ByteSource content = ByteSource.FromMemory(file);
        using MemoryStream packed = new();
        ModelPacker.Pack(content, format.Read(new ModelSource { Bytes = content, Suffix = suffix }), packed);
        return packed.Length;
    }
}
