using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pare.Formats.TFLite;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TFLite;

/// <summary>C source of a model: what the array holds is the file.</summary>
public partial class CArrayFormatTests
{
    [Theory]
    [InlineData(".cc", "alignas(16) const unsigned char petals[]")]
    [InlineData(".c", "const unsigned char petals[] __attribute__((aligned(16)))")]
    [InlineData(".h", "static const unsigned char petals[] __attribute__((aligned(16)))")]
    public void Write_Model_ArrayHoldsTheFile(string suffix, string declaration)
    {
        Model model = ModelFile.Open(SharedFiles.Sample("petals", "petals.tflite")).Model;
        using MemoryStream file = new();
        new TFLiteFormat().Write(model, new StreamTarget(file, ".tflite"));
        using MemoryStream source = new();
        new CArrayFormat().Write(model, new NamedTarget(source, suffix));
        string text = Encoding.UTF8.GetString(source.ToArray());
        Assert.Contains(declaration, text, StringComparison.Ordinal);
        Assert.Contains($"petals_len = {file.Length};", text, StringComparison.Ordinal);
        byte[] bytes = [.. Hexadecimal().Matches(text).Select(m => byte.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        Assert.Equal(file.ToArray(), bytes);
    }

    [GeneratedRegex("0x([0-9a-f]{2})")]
    private static partial Regex Hexadecimal();

    private sealed class NamedTarget(Stream stream, string suffix) : ModelTarget
    {
        public override Stream Main => stream;

        public override string Suffix => suffix;

        public override string FileName => "petals" + suffix;
    }
}
