using System.Text.Json;

namespace Pare.Cli;

/// <summary>What went wrong, as the caller is told.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Kind">One word: usage, format, graph, recipe, unsupported, pass, io, memory, bug, interrupted.</param>
/// <param name="Message">One line.</param>
/// <param name="Where">File, node, byte offset or option, where known.</param>
internal sealed record Failure(int Code, string Kind, string Message, string? Where)
{
    /// <summary>Sorts an exception into the exit codes.</summary>
    public static Failure Of(Exception exception, int interruptionCode) => exception switch
    {
        UsageException e => new(ExitCode.Usage, "usage", e.Message, e.Where),
        ModelFormatException e => new(ExitCode.Damaged, "format", e.Message, e.Where),
        GraphException e => new(ExitCode.Damaged, "graph", e.Where is null ? e.Message : $"{e.Where}: {e.Message}", e.Where),
        RecipeException e => new(ExitCode.Damaged, "recipe", e.Message, e.Where),
        UnsupportedModelException e => new(ExitCode.Unsupported, "unsupported", e.Message, e.Where),
        PassException e => new(ExitCode.Unsupported, "pass", e.Message, e.Where),
        OperationCanceledException => new(interruptionCode, "interrupted", "interrupted; nothing was written", null),
        OutOfMemoryException => new(ExitCode.Machine, "memory", "out of memory", null),
        FileNotFoundException e => new(ExitCode.Machine, "io", e.FileName is null ? e.Message : $"{e.FileName}: no such file", e.FileName),
        DirectoryNotFoundException e => new(ExitCode.Machine, "io", e.Message, null),
        UnauthorizedAccessException e => new(ExitCode.Machine, "io", e.Message, null),
        DllNotFoundException e => new(ExitCode.Machine, "io", $"a native library is missing: {FirstLine(e.Message)}", null),
        JsonException e => new(ExitCode.Damaged, "format", $"JSON: {e.Message}", e.Path),
        IOException e => new(ExitCode.Machine, "io", e.Message, null),
        AggregateException { InnerExceptions.Count: > 0 } e => Of(e.InnerExceptions[0], interruptionCode),
        TypeInitializationException { InnerException: { } inner } => Of(inner, interruptionCode),
        _ => new(ExitCode.Bug, "bug", $"a bug in Pare: {exception.GetType().Name}: {FirstLine(exception.Message)} (--verbose shows the trace)", null),
    };

    /// <summary>The failure as the JSON object that scripts read.</summary>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteNumber("code", Code);
            writer.WriteString("kind", Kind);
            writer.WriteString("message", Message);
            writer.WriteString("where", Where);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
