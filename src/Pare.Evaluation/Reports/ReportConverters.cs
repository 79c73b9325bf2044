using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>Names of <see cref="CrossEntropySource"/>.</summary>
internal sealed class CrossEntropySourceConverter() : EnumNameConverter<CrossEntropySource>([
    (CrossEntropySource.None, "none"),
    (CrossEntropySource.SoftmaxInput, "softmax-input"),
    (CrossEntropySource.Logits, "logits"),
    (CrossEntropySource.Probabilities, "probabilities")]);

/// <summary>Writes a diagnostic as its text, as every verb does.</summary>
internal sealed class DiagnosticConverter : JsonConverter<Diagnostic>
{
    public override Diagnostic Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(DiagnosticSeverity.Warning, reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Diagnostic value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Where is null ? value.Message : $"{value.Where}: {value.Message}");
}
