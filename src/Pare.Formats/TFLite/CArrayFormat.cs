using System.Globalization;
using System.Text;

namespace Pare.Formats.TFLite;

/// <summary>
/// A TFLite model as C source for microcontrollers, which have no files: an array of bytes, aligned to 16, named after the file, and its length. Suffixes <c>.cc</c>, <c>.cpp</c>, <c>.c</c> and <c>.h</c>.
/// Only written, never read. Stateless and thread-safe.
/// </summary>
public sealed class CArrayFormat : IModelFormat
{
    private const int BytesInLine = 12;

    /// <inheritdoc/>
    public string Name => "c";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".cc", ".cpp", ".c", ".h"];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.TFLite;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source) => FormatMatch.No;

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">Always: C source is only written.</exception>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        throw new ModelFormatException("C array", $"'{source.Name}' is C source, which Pare writes but does not read; name the .tflite file it was made of");
    }

    /// <inheritdoc/>
    /// <exception cref="GraphException">The model holds what TFLite's schema cannot say.</exception>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        using MemoryStream content = new();
        new TFLiteFormat().Write(model, new StreamTarget(content, ".tflite"));
        using StreamWriter writer = new(target.Main, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        string name = Identifier(target.FileName);
        string length = bytes.Length.ToString(CultureInfo.InvariantCulture);
        bool header = target.Suffix == ".h";
        string alignment = target.Suffix is ".cc" or ".cpp" ? "alignas(16) const unsigned char" : "const unsigned char";
        string behind = target.Suffix is ".cc" or ".cpp" ? "" : " __attribute__((aligned(16)))";
        writer.WriteLine($"// A TFLite model of {length} bytes, written by Pare.");
        if (header)
        {
            writer.WriteLine($"#ifndef {name.ToUpperInvariant()}_H_\n#define {name.ToUpperInvariant()}_H_\n\nstatic {alignment} {name}[]{behind} = {{");
        }
        else
        {
            // Constants of C++ are private to their file unless declared before.
            writer.WriteLine($"extern const unsigned char {name}[];\nextern const unsigned int {name}_len;\n\n{alignment} {name}[]{behind} = {{");
        }

        StringBuilder line = new();
        for (int i = 0; i < bytes.Length; i += BytesInLine)
        {
            line.Clear().Append("  ");
            foreach (byte b in bytes[i..Math.Min(bytes.Length, i + BytesInLine)])
            {
                line.Append(CultureInfo.InvariantCulture, $"0x{b:x2}, ");
            }

            line.Length--;
            writer.WriteLine(line);
        }

        writer.WriteLine($"}};\n{(header ? "static " : "")}const unsigned int {name}_len = {length};");
        if (header)
        {
            writer.WriteLine($"\n#endif  // {name.ToUpperInvariant()}_H_");
        }
    }

    // What is no letter or digit becomes an underscore; a digit in front gets one before it.
    private static string Identifier(string fileName)
    {
        string stem = fileName.Split('.')[0];
        string name = new([.. stem.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        return name.Length == 0 ? "model" : char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }
}
