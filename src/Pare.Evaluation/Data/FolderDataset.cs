namespace Pare.Evaluation;

/// <summary>Pictures in a folder: in class folders, with a <c>labels.csv</c>, or without classes. Each is read from its file on the thread that loads it.</summary>
internal sealed class FolderDataset : Dataset
{
    private readonly string _folder;
    private readonly ImageEntries _entries;
    private readonly DatasetOptions _options;

    public FolderDataset(string folder, DatasetOptions options)
    {
        _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _options = options;
        EnumerationOptions walk = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false };
        List<string> found = [];
        foreach (string path in Directory.EnumerateFiles(_folder, "*", walk))
        {
            found.Add(Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/'));
            if (found.Count > options.MaxSamples)
            {
                throw new UsageException($"'{folder}' holds more than {options.MaxSamples} files, the limit", folder);
            }
        }

        _entries = ImageEntries.Arrange(found, folder, stripCommonRoot: false, ReadTable);
    }

    public override string Name => Path.GetFileName(_folder);

    public override IReadOnlyList<SampleInfo> Items => _entries.Items;

    public override IReadOnlyList<string>? ClassNames => _entries.ClassNames;

    public override IReadOnlyList<Diagnostic> Diagnostics => _entries.Diagnostics;

    public override bool IsImages => true;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        foreach (int i in selection)
        {
            string path = _entries.Paths[i];
            yield return new Sample(i, Items[i], () => Load(path));
        }
    }

    private ImageContent Load(string path) =>
        new(BoundedFile.ReadAllBytes(Path.Combine(_folder, path), _options.Images.MaxBytes, "picture"), path, _options.Images);

    private LabelTable ReadTable(string path)
    {
        using FileStream stream = File.OpenRead(Path.Combine(_folder, path));
        return LabelTable.Parse(stream, path, _options.MaxTableBytes);
    }
}
