namespace Pare.Evaluation;

/// <summary>Opens data sets of every kind. Thread-safe.</summary>
public static class Datasets
{
    /// <summary>
    /// Opens a folder of class folders, of pictures with <c>labels.csv</c> or of pictures alone; a <c>.tar</c>, <c>.tar.gz</c>, <c>.tgz</c> or <c>.zip</c> of the same; an IDX file
    /// of pictures or a folder of them (gzipped or not); an <c>.npz</c> with an array an input and <c>labels</c>; a <c>.csv</c> with a column an input and <c>label</c>.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">What to take of it, and limits; null for all of it.</param>
    /// <exception cref="UsageException">The data hold nothing to run on, or the options do not fit them.</exception>
    /// <exception cref="ModelFormatException">The file is damaged or beyond the limits.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Dataset Open(string path, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new DatasetOptions();
        Dataset data = OpenWhole(path, options);
        try
        {
            return DatasetSelection.Apply(data, options);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static Dataset OpenWhole(string path, DatasetOptions options)
    {
        if (Directory.Exists(path))
        {
            return IdxFiles.Find(path, options, out Diagnostic? choice) is { } images ? new IdxDataset(images, options, choice) : new FolderDataset(path, options);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file or folder '{path}'", path);
        }

        string name = Path.GetFileName(path).ToLowerInvariant();
        if (name.EndsWith(".npz", StringComparison.Ordinal))
        {
            return new NpzDataset(path);
        }

        if (name.EndsWith(".csv", StringComparison.Ordinal))
        {
            return new CsvDataset(path, options);
        }

        byte[] start = new byte[4];
        using (FileStream stream = File.OpenRead(path))
        {
            int read = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            start = start[..read];
        }

        if (start.AsSpan().StartsWith("PK"u8))
        {
            return new ZipDataset(path, options);
        }

        if (name.EndsWith(".tar", StringComparison.Ordinal) || name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tgz", StringComparison.Ordinal))
        {
            return new TarDataset(path, options);
        }

        if (IdxFiles.IsIdxName(name) || start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0, 0, 8]))
        {
            return new IdxDataset(path, options, null);
        }

        throw new UsageException(
            $"'{path}' is no data set: expected a folder, .tar, .tar.gz or .zip of pictures, IDX files, .npz or .csv", path);
    }
}
