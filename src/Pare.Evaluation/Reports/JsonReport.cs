using System.Text.Json;

namespace Pare.Evaluation;

/// <summary>Renders results as JSON by the contract of the command line: camelCase, fractions, non-finite numbers as the strings NaN, Infinity, -Infinity. Thread-safe.</summary>
public static class JsonReport
{
    /// <summary>Renders an evaluation; the rows a sample are left to <see cref="CsvReport"/>.</summary>
    public static string Of(EvaluationResult result) => JsonSerializer.Serialize(result, ReportJsonContext.Default.EvaluationResult);

    /// <summary>Renders labels of pictures.</summary>
    public static string Of(LabelResult result) => JsonSerializer.Serialize(result, ReportJsonContext.Default.LabelResult);

    /// <summary>Renders a comparison.</summary>
    public static string Of(ComparisonResult result) => JsonSerializer.Serialize(result, ReportJsonContext.Default.ComparisonResult);

    /// <summary>An evaluation as an element, to be put into a larger report.</summary>
    public static JsonElement ElementOf(EvaluationResult result) => JsonSerializer.SerializeToElement(result, ReportJsonContext.Default.EvaluationResult);

    /// <summary>A comparison as an element, to be put into a larger report.</summary>
    public static JsonElement ElementOf(ComparisonResult result) => JsonSerializer.SerializeToElement(result, ReportJsonContext.Default.ComparisonResult);
}
