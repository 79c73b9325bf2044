using System.Text.RegularExpressions;

namespace Pare.Evaluation;

/// <summary>Finds IDX files by their standard names: <c>train-images-idx3-ubyte.gz</c> and the like.</summary>
internal static partial class IdxFiles
{
    /// <summary>Whether a name is that of a file of pictures.</summary>
    public static bool IsIdxName(string name) => ImagesName().IsMatch(name);

    /// <summary>The file of pictures in a folder for the split asked for; null where the folder has no such files.</summary>
    public static string? Find(string folder, DatasetOptions options, out Diagnostic? choice)
    {
        choice = null;
        string[] files = [.. Directory.EnumerateFiles(folder).Where(f => IsIdxName(Path.GetFileName(f))).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            return null;
        }

        DatasetSplit split = options.Split;
        if (split == DatasetSplit.Validation)
        {
            throw new UsageException($"the IDX files in '{folder}' have no validation part; --split is training or testing", "split");
        }

        string? Of(string start) => files.FirstOrDefault(f => Path.GetFileName(f).StartsWith(start, StringComparison.OrdinalIgnoreCase));
        if (split == DatasetSplit.All)
        {
            string chosen = files.Length == 1 ? files[0] : Of("t10k") ?? Of("test") ?? files[0];
            if (files.Length > 1)
            {
                choice = new Diagnostic(DiagnosticSeverity.Information, $"took {Path.GetFileName(chosen)}; --split training or testing chooses", folder);
            }

            return chosen;
        }

        return (split == DatasetSplit.Training ? Of("train") : Of("t10k") ?? Of("test"))
            ?? throw new UsageException($"'{folder}' has no IDX files for --split {split.ToString().ToLowerInvariant()}", "split");
    }

    /// <summary>The labels beside a file of pictures, gzipped or not; null where there are none.</summary>
    public static string? LabelsOf(string images)
    {
        string folder = Path.GetDirectoryName(images) ?? "";
        string name = Path.GetFileName(images);
        string labels = name.Replace("images", "labels", StringComparison.OrdinalIgnoreCase).Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase)
            .Replace("idx4", "idx1", StringComparison.OrdinalIgnoreCase);
        if (labels == name)
        {
            return null;
        }

        string bare = labels.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? labels[..^3] : labels;
        foreach (string candidate in (ReadOnlySpan<string>)[labels, bare, bare + ".gz"])
        {
            string path = Path.Combine(folder, candidate);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    [GeneratedRegex(@"images[-.]idx[34][-.]ubyte(\.gz)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ImagesName();
}
