using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>Pictures in a zip archive, read entry by entry in the order of the samples; never unpacked to disk.</summary>
internal sealed class ZipDataset : Dataset
{
    private readonly string _path;
    private readonly DatasetOptions _options;
    private readonly ImageEntries _entries;

    public ZipDataset(string path, DatasetOptions options)
    {
        _path = path;
        _options = options;
        using ZipArchive zip = Open();
        List<string> found = [];
        try
        {
            found.AddRange(zip.Entries.Select(e => e.FullName.Replace('\\', '/')).Where(n => !n.EndsWith('/')).Distinct(StringComparer.Ordinal));
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(e);
        }

        if (found.Count > options.MaxSamples)
        {
            throw new UsageException($"'{path}' holds more than {options.MaxSamples} files, the limit", path);
        }

        _entries = ImageEntries.Arrange(found, path, stripCommonRoot: true, name =>
            LabelTable.Parse(new MemoryStream(ReadEntry(Find(zip), name, Math.Min(options.MaxTableBytes, 64 << 20))), name, options.MaxTableBytes));
    }

    public override string Name => ArchiveNames.WithoutSuffix(_path);

    public override IReadOnlyList<SampleInfo> Items => _entries.Items;

    public override IReadOnlyList<string>? ClassNames => _entries.ClassNames;

    public override IReadOnlyList<Diagnostic> Diagnostics => _entries.Diagnostics;

    public override bool IsImages => true;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        using ZipArchive zip = Open();
        Dictionary<string, ZipArchiveEntry> entries = Find(zip);
        foreach (int i in selection)
        {
            string name = _entries.Paths[i];
            Func<SampleContent> load;
            try
            {
                byte[] content = ReadEntry(entries, name, _options.Images.MaxBytes);
                load = () => new ImageContent(content, name, _options.Images);
            }
            catch (ModelFormatException e)
            {
                load = () => throw e;
            }

            yield return new Sample(i, Items[i], load);
        }
    }

    private static byte[] ReadEntry(Dictionary<string, ZipArchiveEntry> entries, string name, long limit)
    {
        if (!entries.TryGetValue(name, out ZipArchiveEntry? entry))
        {
            throw new ModelFormatException("zip", "the archive has no such file", file: name);
        }

        try
        {
            using Stream stream = entry.Open();
            using MemoryStream content = new();
            byte[] buffer = new byte[1 << 16];
            int n;
            while ((n = stream.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, n);
                if (content.Length > limit)
                {
                    throw new ModelFormatException("zip", $"the file is larger than the limit of {limit} bytes", file: name);
                }
            }

            return content.ToArray();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new ModelFormatException("zip", $"the entry is damaged: {e.Message}", innerException: e, file: name);
        }
    }

    private static Dictionary<string, ZipArchiveEntry> Find(ZipArchive zip)
    {
        Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry e in zip.Entries)
        {
            entries.TryAdd(e.FullName.Replace('\\', '/'), e);
        }

        return entries;
    }

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or ArgumentException or OverflowException or NotSupportedException or IndexOutOfRangeException;

    private ZipArchive Open()
    {
        FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch (Exception e)
        {
            file.Dispose();
            if (IsDamage(e))
            {
                throw Damaged(e);
            }

            throw;
        }
    }

    private ModelFormatException Damaged(Exception e) => new("zip", $"this is no sound zip archive: {e.Message}", innerException: e, file: _path);
}
