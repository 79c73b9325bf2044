using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>Names of a model's classes, in the order of its outputs. Immutable and thread-safe.</summary>
public sealed class LabelList
{
    private const long MaxBytes = 16_000_000;

    /// <summary>Creates a list.</summary>
    /// <param name="names">The names.</param>
    /// <param name="source">Where they come from: a path.</param>
    /// <param name="isNamed">Whether the user named the source, so that a list that does not fit is an error.</param>
    public LabelList(IReadOnlyList<string> names, string source, bool isNamed = false)
    {
        Names = names;
        Source = source;
        IsNamed = isNamed;
    }

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Where they come from.</summary>
    public string Source { get; }

    /// <summary>Whether the user named the source.</summary>
    public bool IsNamed { get; }

    /// <summary>Reads a file with a name a line (UTF-8). Where every line begins with its own number and a colon (<c>0:background</c>), that is left out.</summary>
    /// <exception cref="ModelFormatException">The file is empty, no UTF-8 text, or too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LabelList Read(string path, bool isNamed = true) => Parse(BoundedFile.ReadAllBytes(path, MaxBytes, "labels"), path, isNamed);

    /// <summary>Reads the bytes of a file; see <see cref="Read"/>.</summary>
    public static LabelList Parse(ReadOnlySpan<byte> utf8, string source, bool isNamed = true)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8.StartsWith(mark) ? utf8[3..] : utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException("labels", "the text is no UTF-8", innerException: e, file: source);
        }

        if (text.Contains('\0'))
        {
            throw new ModelFormatException("labels", "the file holds zero bytes: it is no text with a name a line", file: source);
        }

        List<string> names = [];
        foreach (string line in text.Split('\n'))
        {
            names.Add(line.Trim());
        }

        while (names.Count > 0 && names[^1].Length == 0)
        {
            names.RemoveAt(names.Count - 1);
        }

        if (names.Count == 0)
        {
            throw new ModelFormatException("labels", "the file is empty; expected a name a line", file: source);
        }

        static string Number(int i) => i.ToString(CultureInfo.InvariantCulture) + ":";
        int numbered = 0;
        while (numbered < names.Count && names[numbered].StartsWith(Number(numbered), StringComparison.Ordinal))
        {
            numbered++;
        }

        for (int i = 0; numbered == names.Count && i < numbered; i++)
        {
            names[i] = names[i][Number(i).Length..].Trim();
        }

        return new LabelList(names, source, isNamed);
    }

    /// <summary>Finds the labels beside a model: <c>&lt;model&gt;.labels.txt</c>, <c>labels.txt</c>, <c>retrained_labels.txt</c>; null where there are none.</summary>
    /// <exception cref="ModelFormatException">The file that was found is damaged.</exception>
    public static LabelList? FindBeside(string modelPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        string folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(modelPath))) ?? "";
        foreach (string candidate in Sidecars.Of(modelPath, ".labels.txt").Append(Path.Combine(folder, "labels.txt")).Append(Path.Combine(folder, "retrained_labels.txt")))
        {
            if (File.Exists(candidate))
            {
                return Read(candidate, isNamed: false);
            }
        }

        return null;
    }

    /// <summary>Names that count as one: equal but for case, punctuation and blanks (as the tutorial turns folder names into labels).</summary>
    internal static string Normalize(string name)
    {
        StringBuilder s = new(name.Length);
        foreach (char c in name)
        {
            if (char.IsLetterOrDigit(c))
            {
                s.Append(char.ToLowerInvariant(c));
            }
            else if (s.Length > 0 && s[^1] != ' ')
            {
                s.Append(' ');
            }
        }

        return s.ToString().TrimEnd();
    }
}
