using System.Text.Json;
using System.Text.Json.Serialization;
using Pare.Evaluation;

namespace Pare.Workflows;

/// <summary>Writes an evaluation inside a larger report as <c>evaluate</c> writes it alone: names of enumerations, warnings as text.</summary>
internal sealed class EvaluationResultConverter : JsonConverter<EvaluationResult>
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: reports are written, never read.</exception>
    public override EvaluationResult Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("reports are written, not read");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EvaluationResult value, JsonSerializerOptions options) => JsonReport.ElementOf(value).WriteTo(writer);
}
