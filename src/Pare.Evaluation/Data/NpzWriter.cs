using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>Writes NumPy <c>.npz</c> archives. Equal arrays give equal bytes: entries keep the given order and bear a fixed date. Element types as in <see cref="NpyWriter"/>. Stateless and thread-safe.</summary>
public static class NpzWriter
{
    // The earliest date a zip entry can bear.
    private static readonly DateTimeOffset s_date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes an archive.</summary>
    /// <param name="stream">Written to from its position on; stays open.</param>
    /// <param name="arrays">Names (tensor names; <c>.npy</c> is added) and contents, written one after the other.</param>
    /// <param name="compress">Whether to deflate the entries (<c>savez_compressed</c>) instead of storing them (<c>savez</c>).</param>
    /// <exception cref="UsageException">Two arrays bear one name, or NumPy has no form for an element type.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TensorData>> arrays, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(arrays);
        HashSet<string> names = new(StringComparer.Ordinal);
        using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, TensorData tensor) in arrays)
        {
            if (!names.Add(name))
            {
                throw new UsageException($"two arrays are called '{name}'; an archive needs distinct names");
            }

            ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            entry.LastWriteTime = s_date;
            using Stream content = entry.Open();
            NpyWriter.Write(content, tensor);
        }
    }
}
