using System.IO.Compression;
using Pare.Formats.Packed;

namespace Pare.Formats;

/// <summary>Model files on disk: opened by content first and suffix second, also inside gzip or a one-file zip; written beside the target and renamed. Stateless and thread-safe.</summary>
public static class ModelFile
{
    /// <summary>Opens a model file. Tensors of uncompressed files stay in the file, which is mapped, until they are asked for.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UsageException">The path is a folder that holds no model.</exception>
    /// <exception cref="ModelFormatException">The file is empty, damaged, or of no known format.</exception>
    /// <exception cref="GraphException">The file holds a graph that breaks the rules.</exception>
    public static OpenedModel Open(string path, OpenOptions? options = null)
    {
        options ??= new OpenOptions();
        ModelSource source = OpenSource(path, options, out FileCompression compression, out long fileBytes);
        (IModelFormat format, bool sure) = Identify(source, options.Formats);
        Model model = format.Read(source);
        if (!sure && model.Graph.Nodes.Count == 0)
        {
            throw Unknown(source, options.Formats);
        }

        if (source.Bytes is PackedByteSource packed)
        {
            PackedTensors.Defer(model, packed);
        }

        return new OpenedModel
        {
            Model = model,
            Format = format,
            Path = path,
            Suffix = compression == FileCompression.Pare && !format.Suffixes.Contains(source.Suffix) ? format.Suffixes[0] : source.Suffix,
            Compression = compression,
            FileBytes = fileBytes,
            Content = source.Bytes,
        };
    }

    /// <summary>Maps a file and unpacks it where it is compressed, without looking for its format. See <see cref="Open"/> for errors.</summary>
    public static ModelSource OpenSource(string path, OpenOptions? options = null) => OpenSource(path, options ?? new OpenOptions(), out _, out _);

    /// <summary>The format of a file: the one whose structure fits best, the suffix deciding between equals.</summary>
    /// <exception cref="ModelFormatException">No format fits.</exception>
    public static IModelFormat Identify(ModelSource source) => Identify(source, ModelFormats.All).Format;

    /// <summary>The format that writes files of a path's suffix (that of the file inside, for <c>.gz</c>, <c>.zip</c> and <c>.pare</c>), or null.</summary>
    public static IModelFormat? FormatOf(string path) => Array.Find([.. ModelFormats.All], f => f.Suffixes.Contains(SuffixOf(path).Suffix));

    /// <summary>Suffix of a path without compression, lower-case with its dot (<c>.pb</c> of <c>model.pb.gz</c>), and the compression that the path asks for.</summary>
    public static (string Suffix, FileCompression Compression) SuffixOf(string path)
    {
        string suffix = Lower(Path.GetExtension(path));
        FileCompression compression = suffix switch { ".gz" => FileCompression.Gzip, ".zip" => FileCompression.Zip, ".pare" => FileCompression.Pare, _ => FileCompression.None };
        return (compression == FileCompression.None ? suffix : Lower(Path.GetExtension(Path.GetFileNameWithoutExtension(path))), compression);
    }

    /// <summary>Checks, before long work, that a model of a format may be saved under a path. See <see cref="Save(Model, IModelFormat, string, bool)"/> for errors.</summary>
    public static void CheckTarget(IModelFormat format, string path, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(format);
        (string suffix, FileCompression compression) = SuffixOf(path);
        if (!format.Suffixes.Contains(suffix) && !(suffix.Length == 0 && compression == FileCompression.Pare))
        {
            string found = suffix.Length == 0 ? "has no suffix" : $"has the suffix '{suffix}'";
            throw new UsageException($"the output '{path}' {found}, but the model is {format.Name}, written as {string.Join(" or ", format.Suffixes)}; to change the format use the verb convert", path);
        }

        FileTransaction.CheckTarget(path, overwrite);
    }

    /// <summary>Writes a model: beside the target first, flushed, then renamed, companions too; nothing is left where it fails. <c>.gz</c>, <c>.zip</c> and <c>.pare</c> behind the format's suffix compress.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">Its format.</param>
    /// <param name="path">Where to; the suffix must be one of the format's.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="UsageException">The file exists and may not be replaced, or the suffix is another format's.</exception>
    /// <exception cref="IOException">The machine refuses: no such folder, no space.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    /// <exception cref="GraphException">The format cannot say what the graph holds.</exception>
    public static void Save(Model model, IModelFormat format, string path, bool overwrite = false)
    {
        using FileTransaction files = new(overwrite);
        Save(model, format, path, files, overwrite);
        files.Commit();
    }

    /// <summary>Writes a model as part of a transaction, which the caller commits. See <see cref="Save(Model, IModelFormat, string, bool)"/>.</summary>
    public static void Save(Model model, IModelFormat format, string path, FileTransaction files, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        CheckTarget(format, path, overwrite);
        (string suffix, FileCompression compression) = SuffixOf(path);
        Stream stream = files.Create(path);
        switch (compression)
        {
            case FileCompression.Gzip:
                using (GZipStream gzip = new(stream, CompressionLevel.Optimal, leaveOpen: true))
                {
                    format.Write(model, new PathTarget(path, suffix, gzip, files));
                }

                break;
            case FileCompression.Zip:
                using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
                {
                    ZipArchiveEntry entry = zip.CreateEntry(Path.GetFileNameWithoutExtension(path), CompressionLevel.Optimal);
                    entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                    using Stream content = entry.Open();
                    format.Write(model, new PathTarget(path, suffix, content, files));
                }

                break;
            case FileCompression.Pare:
                ModelPacker.Pack(model, format, suffix.Length == 0 ? format.Suffixes[0] : suffix, stream);
                break;
            default:
                format.Write(model, new PathTarget(path, suffix, stream, files));
                break;
        }
    }

    private static ModelSource OpenSource(string path, OpenOptions options, out FileCompression compression, out long fileBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return OpenFolder(path, options, out compression, out fileBytes);
        }

        ByteSource bytes = File.Exists(path) ? ByteSource.FromFile(path) : throw new FileNotFoundException($"there is no file '{path}'", path);
        fileBytes = bytes.Length;
        string suffix = SuffixOf(path).Suffix;
        compression = Decompressor.Detect(bytes);
        if (compression == FileCompression.Gzip)
        {
            bytes = Decompressor.Gunzip(bytes, options.MaxDecompressedBytes);
        }
        else if (compression == FileCompression.Zip)
        {
            if (Decompressor.Unzip(bytes, options.MaxDecompressedBytes) is { } inner)
            {
                bytes = inner.Content;
                suffix = Lower(Path.GetExtension(inner.Name));
            }
            else
            {
                compression = FileCompression.None;
            }
        }

        else if (PackedHeader.Matches(bytes))
        {
            compression = FileCompression.Pare;
            PackedFile packed = PackedFile.Open(bytes, options.MaxDecompressedBytes);
            packed.NameOf = position => PackedNames.Find(packed, position);
            bytes = new PackedByteSource(packed);
            suffix = SuffixOf(Path.GetFileNameWithoutExtension(path)).Suffix;
        }

        return new ModelSource { Bytes = bytes, Name = path, Folder = Path.GetDirectoryName(Path.GetFullPath(path)), Suffix = suffix, FileName = Path.GetFileName(path), Signature = options.Signature, Tags = options.Tags };
    }

    // A folder weighs what all of its files weigh.
    private static ModelSource OpenFolder(string path, OpenOptions options, out FileCompression compression, out long fileBytes)
    {
        string? main = options.Formats.Select(f => f.FolderFile).OfType<string>().Select(f => Path.Combine(path, f)).FirstOrDefault(File.Exists);
        if (main is null)
        {
            string known = string.Join(" or ", options.Formats.Where(f => f.FolderFile is not null).Select(f => $"{f.FolderFile} ({f.Name})"));
            throw new UsageException($"'{path}' is a folder without {known}; name a model file", path);
        }

        compression = FileCompression.None;
        fileBytes = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        return new ModelSource { Bytes = ByteSource.FromFile(main), Name = path, Folder = Path.GetFullPath(path), Suffix = SuffixOf(main).Suffix, FileName = Path.GetFileName(main), Signature = options.Signature, Tags = options.Tags };
    }

    // Where no structure fits but the suffix is known, that format's reader tells best what is wrong.
    private static (IModelFormat Format, bool Sure) Identify(ModelSource source, IReadOnlyList<IModelFormat> formats)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Bytes.Length == 0)
        {
            throw new ModelFormatException("model file", $"'{source.Name}' is empty (0 bytes)");
        }

        // The file that a format's folders hold is of that format or of the one its models are written in, however damaged: another format's reader would say what is of no help.
        IModelFormat? owner = formats.FirstOrDefault(f => f.FolderFile is { } name && name == source.FileName);
        IModelFormat? best = owner;
        (FormatMatch Match, bool Suffix) fit = (FormatMatch.No, owner is not null);
        foreach (IModelFormat f in formats.Where(f => owner is null || ReferenceEquals(f.Vocabulary, owner.Vocabulary)))
        {
            (FormatMatch Match, bool Suffix) found = (f.Identify(source), f.Suffixes.Contains(source.Suffix));
            if (found.CompareTo(fit) > 0)
            {
                (best, fit) = (f, found);
            }
        }

        return best is null ? throw Unknown(source, formats) : (best, fit.Match > FormatMatch.No);
    }

    private static ModelFormatException Unknown(ModelSource source, IReadOnlyList<IModelFormat> formats) =>
        new("model file", $"'{source.Name}' is no model that Pare knows: its content fits none of {string.Join(", ", formats.Select(f => f.Name))}");

    private static string Lower(string? suffix) => (suffix ?? "").ToLowerInvariant();

    private sealed class PathTarget(string path, string suffix, Stream main, FileTransaction files) : ModelTarget
    {
        private readonly (string Suffix, FileCompression Compression) _of = SuffixOf(path);

        public override Stream Main => main;

        public override string Suffix => suffix;

        public override string FileName => _of.Compression == FileCompression.None ? Path.GetFileName(path) : Path.GetFileNameWithoutExtension(path);

        public override Stream OpenCompanion(string name)
        {
            if (_of.Compression != FileCompression.None || name != Path.GetFileName(name) || name.Length == 0)
            {
                return base.OpenCompanion(name);
            }

            return files.Create(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name));
        }
    }
}
