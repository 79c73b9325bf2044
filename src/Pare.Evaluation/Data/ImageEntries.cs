namespace Pare.Evaluation;

/// <summary>
/// Makes samples of the paths found in a folder or an archive: by <c>labels.csv</c> where there is one at the root, by class folders where pictures lie in
/// folders, else without classes.
/// </summary>
internal sealed class ImageEntries
{
    private ImageEntries(IReadOnlyList<SampleInfo> items, IReadOnlyList<string> paths, IReadOnlyList<string>? classes, IReadOnlyList<Diagnostic> diagnostics)
    {
        Items = items;
        Paths = paths;
        ClassNames = classes;
        Diagnostics = diagnostics;
    }

    /// <summary>The samples, sorted by name.</summary>
    public IReadOnlyList<SampleInfo> Items { get; }

    /// <summary>Where each lies in the folder or archive, as found there.</summary>
    public IReadOnlyList<string> Paths { get; }

    public IReadOnlyList<string>? ClassNames { get; }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Arranges samples.</summary>
    /// <param name="found">Paths of all files, with forward slashes.</param>
    /// <param name="root">What the paths are in: for messages.</param>
    /// <param name="stripCommonRoot">Whether folders that all paths share are left out (archives).</param>
    /// <param name="readTable">Reads a file as a table of labels.</param>
    public static ImageEntries Arrange(IReadOnlyList<string> found, string root, bool stripCommonRoot, Func<string, LabelTable> readTable)
    {
        List<Diagnostic> diagnostics = [];
        List<string> files = [];
        foreach (string f in found)
        {
            if (f.StartsWith('/') || f.Split('/').Any(p => p is ".." || (p.Length > 1 && p[0] == '.')))
            {
                if (f.StartsWith('/') || f.Contains("..", StringComparison.Ordinal))
                {
                    diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"'{f}' was left out: its path leads outside", root));
                }

                continue;
            }

            files.Add(f);
        }

        string prefix = stripCommonRoot ? CommonFolder(files) : "";
        string tablePath = prefix + "labels.csv";
        if (files.Contains(tablePath))
        {
            return FromTable(readTable(tablePath), prefix, root, diagnostics);
        }

        List<string> images = [.. files.Where(ImageSignature.HasImageSuffix)];
        if (images.Count == 0)
        {
            throw new UsageException($"'{root}' holds no pictures (JPEG, PNG, BMP, GIF or WebP by their names)", root);
        }

        if (images.Count < files.Count)
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Information, $"{files.Count - images.Count} files were left out that are no pictures by their names", root));
        }

        prefix = stripCommonRoot ? CommonParent(images) : "";
        return FromFolders(images, prefix, root, diagnostics);
    }

    private static ImageEntries FromFolders(List<string> images, string prefix, string root, List<Diagnostic> diagnostics)
    {
        images.Sort(StringComparer.Ordinal);
        List<string> loose = [.. images.Where(i => i.IndexOf('/', prefix.Length) < 0)];
        if (loose.Count == images.Count)
        {
            return new ImageEntries([.. images.Select(i => new SampleInfo(i[prefix.Length..]))], images, null, diagnostics);
        }

        if (loose.Count > 0)
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{loose.Count} pictures that lie in no class folder were left out", root));
            images.RemoveAll(i => i.IndexOf('/', prefix.Length) < 0);
        }

        string[] classes = [.. images.Select(i => ClassOf(i, prefix)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ImageEntries([.. images.Select(i => new SampleInfo(i[prefix.Length..], null, ClassOf(i, prefix)))], images, classes, diagnostics);
    }

    private static ImageEntries FromTable(LabelTable table, string prefix, string root, List<Diagnostic> diagnostics)
    {
        if (table.Items.Count == 0)
        {
            throw new UsageException($"labels.csv in '{root}' lists no files", root);
        }

        return new ImageEntries(table.Items, [.. table.Items.Select(i => prefix + i.Name)], null, diagnostics);
    }

    private static string ClassOf(string path, string prefix) => path[prefix.Length..path.IndexOf('/', prefix.Length)];

    /// <summary>The folders, with a slash behind, that all paths begin with.</summary>
    private static string CommonFolder(List<string> paths)
    {
        if (paths.Count == 0)
        {
            return "";
        }

        string common = paths[0][..(paths[0].LastIndexOf('/') + 1)];
        foreach (string p in paths)
        {
            while (!p.StartsWith(common, StringComparison.Ordinal))
            {
                int slash = common.LastIndexOf('/', common.Length - 2);
                common = common[..(slash + 1)];
            }
        }

        return common;
    }

    /// <summary>As <see cref="CommonFolder"/>; but where all pictures lie in one folder below others, that folder is their class.</summary>
    private static string CommonParent(List<string> images)
    {
        string common = CommonFolder(images);
        bool allDirect = images.All(i => i.LastIndexOf('/') == common.Length - 1);
        int above = common.Length < 2 ? -1 : common.LastIndexOf('/', common.Length - 2);
        return allDirect && above >= 0 ? common[..(above + 1)] : common;
    }
}
