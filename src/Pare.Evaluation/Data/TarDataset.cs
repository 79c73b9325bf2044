using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>Pictures in a tar archive, gzipped or not. Read once for the names and once, in order, for the contents; never unpacked to disk.</summary>
internal sealed class TarDataset : Dataset
{
    private readonly string _path;
    private readonly DatasetOptions _options;
    private readonly ImageEntries _entries;

    public TarDataset(string path, DatasetOptions options)
    {
        _path = path;
        _options = options;
        List<string> found = [];
        Dictionary<string, byte[]> tables = new(StringComparer.Ordinal);
        using (Stream stream = Open())
        {
            TarEntries tar = new(stream, path);
            while (tar.MoveNext())
            {
                found.Add(tar.Name);
                if (found.Count > options.MaxSamples)
                {
                    throw new UsageException($"'{path}' holds more than {options.MaxSamples} files, the limit", path);
                }

                // Tables are small and needed before the pictures.
                if (Path.GetFileName(tar.Name) == "labels.csv" && tables.Count < 16)
                {
                    tables[tar.Name] = tar.ReadContent(Math.Min(options.MaxTableBytes, 64 << 20));
                }
            }
        }

        _entries = ImageEntries.Arrange(found, path, stripCommonRoot: true, name =>
            LabelTable.Parse(new MemoryStream(tables.GetValueOrDefault(name) ?? throw new ModelFormatException("tar", "too many tables", file: name)), name, options.MaxTableBytes));
    }

    public override string Name => ArchiveNames.WithoutSuffix(_path);

    public override IReadOnlyList<SampleInfo> Items => _entries.Items;

    public override IReadOnlyList<string>? ClassNames => _entries.ClassNames;

    public override IReadOnlyList<Diagnostic> Diagnostics => _entries.Diagnostics;

    public override bool IsImages => true;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        Dictionary<string, int> wanted = new(StringComparer.Ordinal);
        foreach (int i in selection)
        {
            wanted.TryAdd(_entries.Paths[i], i);
        }

        using Stream stream = Open();
        TarEntries tar = new(stream, _path);
        while (wanted.Count > 0 && tar.MoveNext())
        {
            string name = tar.Name;
            if (!wanted.Remove(name, out int index))
            {
                continue;
            }

            if (tar.Size > _options.Images.MaxBytes)
            {
                long size = tar.Size;
                yield return new Sample(index, Items[index], () => throw new ModelFormatException("picture", $"{size} bytes are more than the limit of {_options.Images.MaxBytes}", file: name));
            }
            else
            {
                byte[] content = tar.ReadContent(_options.Images.MaxBytes);
                yield return new Sample(index, Items[index], () => new ImageContent(content, name, _options.Images));
            }
        }

        // What a labels.csv names may not be there.
        foreach ((string name, int index) in wanted.OrderBy(w => w.Value))
        {
            yield return new Sample(index, Items[index], () => throw new ModelFormatException("tar", "the archive has no such file", file: name));
        }
    }

    private Stream Open()
    {
        FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip ? new ExpansionGuard(new GZipStream(file, CompressionMode.Decompress), file.Length, _options, _path) : file;
    }
}
