using System.Runtime.InteropServices;

namespace Pare.Formats;

/// <summary>
/// Files that appear together or not at all: each is written beside its target under a passing name, flushed to the disk, and renamed by <see cref="Commit"/>.
/// Without a commit nothing is left and existing files are as they were. Files are created and committed by one thread; any other may dispose it to give up.
/// </summary>
public sealed partial class FileTransaction : IDisposable
{
    private readonly bool _overwrite;
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Task> _flushes = [];
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
            HashingFileStream stream = new(passing);
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

    /// <summary>SHA-256 of what was written so far to a file that was created and not yet committed.</summary>
    /// <exception cref="ArgumentException">No such file was created.</exception>
    public byte[] HashOf(string path) => ((HashingFileStream)StreamOf(path)).Hash();

    /// <summary>Starts to bring what was written so far to the disk while the caller goes on, so that <see cref="Commit"/> need not wait as long. What goes wrong here goes wrong again there, where it is told.</summary>
    /// <exception cref="ArgumentException">No such file was created.</exception>
    public void BeginFlush(string path)
    {
        FileStream stream = ((HashingFileStream)StreamOf(path)).File;
        stream.Flush();
        Microsoft.Win32.SafeHandles.SafeFileHandle handle = stream.SafeFileHandle;
        _flushes.Add(Task.Run(() =>
        {
            try
            {
                RandomAccess.FlushToDisk(handle);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // Commit flushes again and tells.
            }
        }));
    }

    /// <summary>
    /// Flushes and renames the files, the first opened last, so that whoever sees it sees its companions. Where one cannot be renamed, those that were are taken back: files that stood there before are as they were.
    /// </summary>
    /// <exception cref="UsageException">A file has come into being meanwhile and may not be replaced.</exception>
    /// <exception cref="IOException">The machine refuses.</exception>
    public void Commit()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Task.WaitAll(_flushes);
            foreach (Entry e in _entries)
            {
                e.Stream.File.Flush(flushToDisk: true);
                e.Stream.Dispose();
                if (!OperatingSystem.IsWindows() && File.Exists(e.Target))
                {
                    File.SetUnixFileMode(e.Passing, File.GetUnixFileMode(e.Target));
                }
            }

            RenameAll();
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

    // What was there is kept under a second name until all files are in place. The last rename needs none: it happens or not.
    private void RenameAll()
    {
        List<(string Target, string? Kept)> renamed = [];
        try
        {
            for (int i = _entries.Count - 1; i >= 0; i--)
            {
                renamed.Add((_entries[i].Target, Rename(_entries[i], keep: i > 0)));
            }
        }
        catch
        {
            foreach ((string target, string? kept) in renamed)
            {
                File.Delete(target);
                if (kept is not null)
                {
                    File.Move(kept, target);
                }
            }

            throw;
        }

        foreach ((_, string? kept) in renamed)
        {
            if (kept is not null)
            {
                File.Delete(kept);
            }
        }
    }

    private string? Rename(Entry entry, bool keep)
    {
        CheckTarget(entry.Target, _overwrite);
        string? kept = keep && File.Exists(entry.Target) ? $"{entry.Passing}.old" : null;
        try
        {
            if (kept is not null)
            {
                Keep(entry.Target, kept);
            }

            File.Move(entry.Passing, entry.Target, _overwrite);
            return kept;
        }
        catch when (kept is not null)
        {
            File.Delete(kept);
            throw;
        }
    }

    // A second name costs nothing, however large the file; where the file system knows none, a copy.
    private static void Keep(string target, string kept)
    {
        if (OperatingSystem.IsWindows() || Link(target, kept) != 0)
        {
            File.Copy(target, kept);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string target, string name);

    // On a full disk closing may fail as writing did; the file goes all the same, and the first error is the one that is told.
    private static void DisposeQuietly(HashingFileStream stream)
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            stream.File.SafeFileHandle.Dispose();
        }
    }

    private sealed record Entry(string Target, string Passing, HashingFileStream Stream);
}
