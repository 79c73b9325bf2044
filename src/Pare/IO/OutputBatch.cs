namespace Pare.Workflows;

/// <summary>
/// The files that one job writes: all of them appear together at <see cref="Commit"/>, or none. Each is written beside its target under a temporary
/// name, flushed to the disk and renamed. Safe for use from several threads.
/// </summary>
public sealed class OutputBatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Pending> _pending = [];
    private readonly bool _force;

    /// <summary>Starts an empty batch.</summary>
    /// <param name="force">Whether existing files may be replaced.</param>
    public OutputBatch(bool force = false) => _force = force;

    /// <summary>Checks that a path may be written, so that a long job fails before its work and not after.</summary>
    /// <exception cref="UsageException">The file exists and may not be replaced, or the path is a folder.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public void Claim(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new UsageException($"{path} is a folder; the output must be a file", path);
        }

        if (!_force && File.Exists(path))
        {
            throw new UsageException($"{path} exists; --force replaces it", path);
        }

        string folder = FolderOf(path);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: no such folder");
        }
    }

    /// <summary>Opens a file for writing. It appears under its name at <see cref="Commit"/>.</summary>
    /// <param name="path">The file's path; see <see cref="Claim"/> for its errors.</param>
    /// <returns>A stream that the batch closes.</returns>
    public Stream Create(string path)
    {
        Claim(path);
        string temporary = Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.tmp");
        lock (_lock)
        {
            FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _pending.Add(new Pending(path, temporary, stream));
            return stream;
        }
    }

    /// <summary>Flushes all files to the disk and puts them in place. The batch is empty afterwards.</summary>
    /// <exception cref="IOException">The disk is full, or a file cannot be put in place; what was not yet in place is removed.</exception>
    public void Commit()
    {
        lock (_lock)
        {
            try
            {
                foreach (Pending p in _pending)
                {
                    p.Stream.Flush(flushToDisk: true);
                    p.Stream.Dispose();
                }

                foreach (Pending p in _pending)
                {
                    File.Move(p.Temporary, p.Path, overwrite: _force);
                    p.IsDone = true;
                }

                _pending.Clear();
            }
            finally
            {
                Clean();
            }
        }
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Clean();
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";

    private void Clean()
    {
        foreach (Pending p in _pending)
        {
            if (p.IsDone)
            {
                continue;
            }

            try
            {
                p.Stream.Dispose();
            }
            catch (IOException)
            {
                // A full disk may refuse the last bytes; the file goes anyway.
            }

            File.Delete(p.Temporary);
        }

        _pending.Clear();
    }

    private sealed class Pending(string path, string temporary, FileStream stream)
    {
        public string Path { get; } = path;

        public string Temporary { get; } = temporary;

        public FileStream Stream { get; } = stream;

        public bool IsDone { get; set; }
    }
}
