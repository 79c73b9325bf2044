using System.Text;
using System.Text.Json;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>Writes what goes beside a compressed model: recipe, reports, the Pareto set.</summary>
internal static class CompressFiles
{
    /// <summary>Suffixes of the files.</summary>
    public static IReadOnlyList<string> Suffixes { get; } = [".recipe.json", ".report.md", ".report.json", ".report.html", ".pareto.csv", ".pareto.png"];

    /// <summary>Writes them all.</summary>
    public static void Write(CompressRequest request, CompressOutcome outcome, CompressReport report, int loadedCount, FileTransaction outputs)
    {
        RecipeOf(request, outcome, report, loadedCount).Write(Create(".recipe.json"));
        Text(".report.md", CompressMarkdown.Of(report));
        Text(".report.html", CompressHtml.Of(report));
        Text(".pareto.csv", ParetoCsv.Of(report));
        Create(".pareto.png").Write(Picture(report));
        using Utf8JsonWriter json = new(Create(".report.json"), new JsonWriterOptions { Indented = true });
        JsonSerializer.Serialize(json, report, CompressJson.Default.CompressReport);

        Stream Create(string suffix) => outputs.Create(CompressWorkflow.Beside(request.Output, suffix));

        void Text(string suffix, string text)
        {
            using StreamWriter writer = new(Create(suffix), new UTF8Encoding(false), leaveOpen: true);
            writer.Write(text);
        }
    }

    private static Recipe RecipeOf(CompressRequest request, CompressOutcome outcome, CompressReport report, int loadedCount) => new()
    {
        Version = Recipe.CurrentVersion,
        Pare = ModelRewriter.Version,
        Seed = request.Options.Seed,
        Check = "none",
        Steps = outcome.Steps ?? [CompressStep.Of(request, outcome, loadedCount)],
        Input = report.Input,
        Output = report.Output,
    };

    private static byte[] Picture(CompressReport report)
    {
        CompressTrial[] complete = [.. report.Tried.Where(t => t.Complete)];
        return ParetoPlot.Draw(
            [.. complete.Select(t => new ParetoPoint(t.Name, t.Bytes, ParetoFront.Quality(t), t.OnFront, t.Chosen))], $"{report.Measure}, KB", ParetoFront.Label(complete[0]), ParetoFront.Floor(report, complete[0]));
    }
}
