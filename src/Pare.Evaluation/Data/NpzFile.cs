using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>
/// A NumPy <c>.npz</c> archive opened for reading: a zip (stored or deflated, zip64 too) of <c>.npy</c> entries. An array is read when asked for, and not
/// kept. Names are the entries' without <c>.npy</c>, so tensor names such as <c>x:0</c> or <c>a/b:0</c> serve as keys. Safe for several threads, which take
/// turns reading.
/// </summary>
public sealed class NpzFile : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly long _maxBytes;

    private NpzFile(Stream stream, long maxBytes)
    {
        _maxBytes = maxBytes;
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: false);
            foreach (ZipArchiveEntry entry in _archive.Entries)
            {
                if (!entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
                {
                    continue;
                }

                string name = entry.FullName[..^4];
                if (!_entries.TryAdd(name, entry))
                {
                    throw new ModelFormatException("NumPy archive", "two entries bear this name", node: name);
                }

                _names.Add(name);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException)
        {
            stream.Dispose();
            throw new ModelFormatException("NumPy archive", $"this is no sound zip archive: {e.Message}", innerException: e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The arrays' names in the archive's order. Entries that are no arrays are left out.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="maxBytes">The largest array to read, in bytes.</param>
    /// <exception cref="ModelFormatException">The file is no sound zip archive.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static NpzFile Open(string path, long maxBytes = NpyReader.DefaultMaxBytes) => Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), maxBytes);

    /// <summary>Opens a seekable stream, which is closed with the archive.</summary>
    /// <exception cref="ModelFormatException">The stream holds no sound zip archive.</exception>
    public static NpzFile Open(Stream stream, long maxBytes = NpyReader.DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new NpzFile(stream, maxBytes);
    }

    /// <summary>Whether there is an array of this name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Reads an array.</summary>
    /// <exception cref="UsageException">There is no array of this name; the message lists those there are.</exception>
    /// <exception cref="ModelFormatException">The entry is damaged or of an unsupported element type; the message names it.</exception>
    public TensorData Read(string name) => TryRead(name)
        ?? throw new UsageException($"the archive holds no array '{name}'; it holds {string.Join(", ", _names.Take(20))}{(_names.Count > 20 ? ", ..." : "")}");

    /// <summary>Reads an array, or gives null where there is none of this name.</summary>
    /// <exception cref="ModelFormatException">The entry is damaged or of an unsupported element type; the message names it.</exception>
    public TensorData? TryRead(string name)
    {
        if (!_entries.TryGetValue(name, out ZipArchiveEntry? entry))
        {
            return null;
        }

        lock (_lock)
        {
            try
            {
                using Stream stream = entry.Open();
                return NpyReader.Read(stream, name, _maxBytes);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException)
            {
                throw new ModelFormatException("NumPy archive", $"the entry is damaged: {e.Message}", node: name, innerException: e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();
}
