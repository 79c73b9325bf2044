using Pare.Formats;
using Pare.Formats.Keras;
using Pare.Passes.Round;
using Pare.Sizes;

namespace Pare.Workflows;

/// <summary>Measures what model files, and any others, weigh. Stateless and thread-safe.</summary>
public static class FileMeasurer
{
    /// <summary>Measures a file.</summary>
    /// <param name="path">A model's file, or any other, of which only the bytes are measured.</param>
    /// <param name="options">What to measure; null for the defaults.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">Constants were asked for, and the file is no model.</exception>
    public static FileSizeReport Measure(string path, SizeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new SizeOptions();
        if (Directory.Exists(path))
        {
            throw new UsageException($"'{path}' is a folder; name the files in it", path);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file '{path}'", path);
        }

        OpenedModel? opened = TryOpen(path, options);
        FileSizes sizes = SizeMeter.Measure(
            Path.GetFileName(path), () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan), options.All, opened?.Model);
        return new FileSizeReport
        {
            File = path,
            Bytes = sizes.Bytes,
            Gzip = sizes.Gzip,
            Zip = sizes.Zip,
            Zstd = sizes.Zstd,
            Brotli = sizes.Brotli,
            WeightBits = sizes.WeightBits,
            Cleared = options.Clear && opened is not null ? Cleared(opened) : null,
            Tensors = options.Tensors && opened is not null
                ? [.. TensorReports(opened)]
                : null,
        };
    }

    private static IEnumerable<TensorSizeReport> TensorReports(OpenedModel opened)
    {
        Dictionary<string, PackedTensor> packed = new(StringComparer.Ordinal);
        foreach (PackedTensor t in ModelPacker.Describe(opened))
        {
            packed.TryAdd(t.Name, t);
        }

        return SizeMeter.Tensors(opened.Model).Select(t =>
        {
            PackedTensor? p = packed.GetValueOrDefault(t.Name);
            return new TensorSizeReport(t.Name, ValueReport.TypeName(t.Type), t.Shape.ToArray(), t.Bytes, t.Gzip, t.Distinct, t.Bits) { Codec = p?.Codec, CodedBits = p?.Bits, SqnrDb = p?.SqnrDb };
        });
    }

    // Any file has a size; only what needs a model insists on one.
    private static OpenedModel? TryOpen(string path, SizeOptions options)
    {
        try
        {
            return ModelFile.Open(path);
        }
        catch (PareException) when (!options.Tensors && !options.Clear)
        {
            return null;
        }
    }

    private static long Cleared(OpenedModel opened)
    {
        if (opened.Model.Extension is KerasExtension)
        {
            // Keras files are changed in place only: without its weights one weighs what is left.
            return Math.Max(0, opened.Content.Length - opened.Model.Graph.Initializers.Sum(v => v.Constant!.ByteLength));
        }

        Model copy = opened.Model.Clone();
        new ClearConstantsPass().Run(copy, new PassContext());
        using MemoryStream stream = new();
        opened.Format.Write(copy, new StreamTarget(stream, opened.Suffix));
        return stream.Length;
    }
}
