namespace Pare.Evaluation;

/// <summary>Files that lie beside a model and are called after it.</summary>
internal static class Sidecars
{
    /// <summary>Where <c>model.pb</c> may have its companion: <c>model.pb.SUFFIX</c>, then <c>model.SUFFIX</c>.</summary>
    public static IEnumerable<string> Of(string modelPath, string suffix)
    {
        string trimmed = Path.TrimEndingDirectorySeparator(modelPath);
        yield return trimmed + suffix;
        string folder = Path.GetDirectoryName(trimmed) ?? "";
        string name = Path.GetFileName(trimmed);
        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.'))
        {
            name = name[..dot];
            yield return Path.Combine(folder, name + suffix);
        }
    }
}
