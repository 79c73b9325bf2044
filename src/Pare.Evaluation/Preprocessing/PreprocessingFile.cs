using System.Text.Json;

namespace Pare.Evaluation;

/// <summary>Reads and writes preprocessing as JSON (<c>--preprocess FILE.json</c>, <c>&lt;model&gt;.preprocess.json</c>). Thread-safe.</summary>
public static class PreprocessingFile
{
    private const long MaxBytes = 1_000_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">It is no JSON, has a property that does not exist, or a value out of range; the message names the property.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Preprocessing Read(string path) => Parse(BoundedFile.ReadAllBytes(path, MaxBytes, "preprocessing"), path);

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="utf8">JSON in UTF-8, with or without a byte order mark.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ModelFormatException">See <see cref="Read"/>.</exception>
    public static Preprocessing Parse(ReadOnlySpan<byte> utf8, string name)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (utf8.StartsWith(mark))
        {
            utf8 = utf8[3..];
        }

        Preprocessing? read;
        try
        {
            read = JsonSerializer.Deserialize(utf8, PreprocessingJsonContext.Default.Preprocessing);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new ModelFormatException("preprocessing", e.Message, innerException: e, file: name);
        }

        IReadOnlyList<string> problems = read?.Validate() ?? ["the file holds null"];
        return problems.Count == 0 ? read! : throw new ModelFormatException("preprocessing", string.Join("; ", problems), file: name);
    }

    /// <summary>Writes JSON; what is null is left out.</summary>
    public static string ToJson(Preprocessing preprocessing) => JsonSerializer.Serialize(preprocessing, PreprocessingJsonContext.Default.Preprocessing);
}
