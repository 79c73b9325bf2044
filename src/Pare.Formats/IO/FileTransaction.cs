namespace Pare.Formats;

/// <summary>
/// Files that appear together or not at all: each is written beside its target under a passing name, flushed to the disk, and renamed by <see cref="Commit"/>.
/// Without a commit nothing is left and existing files are as they were. Files are created and committed by one thread; any other may dispose it to give up.
/// </summary>
public sealed class FileTransaction : IDisposable
{
    private readonly bool _overwrite;
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private bool _committed;
    private bool _disposed;

    /// <summary>Starts writing files.</summary>
    /// <param name="overwrite">Whether existing files may be replaced.</param>
    public FileTransaction(bool overwrite = false) => _overwrite = overwrite;

    /// <summary>Whether existing files may be replaced.</summary>
    public bool Overwrites => _overwrite;

    /// <summary>Checks that a file may be written, so that a long job need not end in a refusal.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="UsageException">The file exists and may not be replaced, or a folder of that name exists.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static void CheckTarget(string path, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new UsageException($"'{path}' is a folder; name a file to write", path);
        }

        if (!overwrite && File.Exists(path))
        {
            throw new UsageException($"'{path}' exists already; choose another name, or allow replacing it with --force", path);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"the folder '{folder}' for the output does not exist");
        }
    }

    /// <summary>Opens a file for writing. The stream is closed by the transaction.</summary>
    /// <exception cref="UsageException">The file exists and may not be replaced, a folder of that name exists, or the file is being written already.</exception>
    /// <exception cref="IOException">The machine refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public Stream Create(string path)
    {
        CheckTarget(path, _overwrite);
        string full = Path.GetFullPath(path);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_entries.Exists(e => e.Target == full))
            {
                throw new UsageException($"'{path}' would be written twice", path);
            }

            string passing = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
            FileStream stream = new(passing, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _entries.Add(new Entry(full, passing, stream));
            return stream;
        }
    }

    /// <summary>The stream of a file that was created and not yet committed, to be read again before it is.</summary>
    /// <exception cref="ArgumentException">No such file was created.</exception>
    public Stream StreamOf(string path)
    {
        string full = Path.GetFullPath(path);
        lock (_lock)
        {
            return _entries.Find(e => e.Target == full)?.Stream ?? throw new ArgumentException($"'{path}' is not being written", nameof(path));
        }
    }

    /// <summary>Flushes and renames the files, the first opened last, so that whoever sees it sees its companions.</summary>
    /// <exception cref="UsageException">A file has come into being meanwhile and may not be replaced.</exception>
    /// <exception cref="IOException">The machine refuses.</exception>
    public void Commit()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (Entry e in _entries)
            {
                e.Stream.Flush(flushToDisk: true);
                e.Stream.Dispose();
                if (!OperatingSystem.IsWindows() && File.Exists(e.Target))
                {
                    File.SetUnixFileMode(e.Passing, File.GetUnixFileMode(e.Target));
                }
            }

            for (int i = _entries.Count - 1; i >= 0; i--)
            {
                CheckTarget(_entries[i].Target, _overwrite);
                File.Move(_entries[i].Passing, _entries[i].Target, _overwrite);
            }

            _committed = true;
        }
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_committed || _disposed)
            {
                return;
            }

            _disposed = true;
            foreach (Entry e in _entries)
            {
                DisposeQuietly(e.Stream);
                File.Delete(e.Passing);
            }
        }
    }

    // On a full disk closing may fail as writing did; the file goes all the same, and the first error is the one that is told.
    private static void DisposeQuietly(FileStream stream)
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            stream.SafeFileHandle.Dispose();
        }
    }

    private sealed record Entry(string Target, string Passing, FileStream Stream);
}
