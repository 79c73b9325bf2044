using System.Text.Json;

namespace Pare.Workflows;

/// <summary>Everything needed to do a job again: versions, steps with their options, seed, hashes of what went in and what came out. Immutable.</summary>
public sealed record Recipe
{
    /// <summary>The version of recipes that this code writes.</summary>
    public const int CurrentVersion = 1;

    private const long LargestFile = 16 << 20;

    /// <summary>Version of the recipe's form.</summary>
    public required int Version { get; init; }

    /// <summary>Version of Pare that made it.</summary>
    public required string Pare { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>How outputs were checked, as on the command line.</summary>
    public string Check { get; init; } = "random:4";

    /// <summary>Which of a SavedModel's signatures named inputs and outputs; null for the default, and for files that have none.</summary>
    public string? Signature { get; init; }

    /// <summary>The steps in order.</summary>
    public required IReadOnlyList<RecipeStep> Steps { get; init; }

    /// <summary>What was read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>What was written.</summary>
    public required FileReport Output { get; init; }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="RecipeException">The file is no recipe, or of a later version.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Recipe Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: no such file", path);
        }

        if (new FileInfo(path).Length > LargestFile)
        {
            throw new RecipeException($"{path} is larger than {LargestFile} bytes; that is no recipe", path);
        }

        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            int version = ReadVersion(bytes);
            if (version != CurrentVersion)
            {
                throw new RecipeException($"{path} is of version {version}; this Pare reads version {CurrentVersion}", path);
            }

            return JsonSerializer.Deserialize(RecipeDefaults.Complete(bytes), ReportJson.Default.Recipe) ?? throw new RecipeException($"{path} is empty", path);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new RecipeException($"{path} is no recipe: {e.Message}", path, e);
        }
    }

    /// <summary>Writes the recipe as indented JSON.</summary>
    public void Write(Stream stream)
    {
        using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true });
        JsonSerializer.Serialize(writer, this, ReportJson.Default.Recipe);
    }

    private static int ReadVersion(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("version", out JsonElement v) && v.TryGetInt32(out int version)
            ? version
            : throw new JsonException("the member 'version' is missing");
    }
}
