namespace Pare.Evaluation;

/// <summary>Finds the preprocessing that was given, by precedence. Thread-safe.</summary>
public static class PreprocessingResolver
{
    /// <summary>Merges, setting by setting: options; the file that was named; <c>&lt;model&gt;.preprocess.json</c> beside the model; what the model itself says.</summary>
    /// <param name="modelPath">The model's file or folder.</param>
    /// <param name="options">What was given one by one; null for nothing.</param>
    /// <param name="file">A file that was named; null for none.</param>
    /// <param name="ofModel">What the model's own metadata or layers say; null for nothing.</param>
    /// <returns>What was given; null where nothing was.</returns>
    /// <exception cref="ModelFormatException">A file is damaged.</exception>
    /// <exception cref="IOException">The named file cannot be read.</exception>
    public static Preprocessing? Resolve(string modelPath, Preprocessing? options = null, string? file = null, Preprocessing? ofModel = null)
    {
        Preprocessing? given = options;
        if (file is not null)
        {
            given = Add(given, PreprocessingFile.Read(file));
        }

        foreach (string candidate in Sidecars.Of(modelPath, ".preprocess.json"))
        {
            if (File.Exists(candidate))
            {
                given = Add(given, PreprocessingFile.Read(candidate));
                break;
            }
        }

        return Add(given, ofModel);
    }

    private static Preprocessing? Add(Preprocessing? first, Preprocessing? second) => first?.Over(second) ?? second;
}
