namespace Pare.Evaluation;

/// <summary>Names of archives.</summary>
internal static class ArchiveNames
{
    private static readonly string[] s_suffixes = [".tar.gz", ".tgz", ".tar", ".zip", ".npz", ".csv", ".gz"];

    public static string WithoutSuffix(string path)
    {
        string name = Path.GetFileName(path);
        foreach (string s in s_suffixes)
        {
            if (name.EndsWith(s, StringComparison.OrdinalIgnoreCase) && name.Length > s.Length)
            {
                return name[..^s.Length];
            }
        }

        return name;
    }
}
