namespace Pare.Evaluation;

/// <summary>Names of the ways to resize, as on the command line and in JSON.</summary>
public static class ResizeMethods
{
    private static readonly string[] s_names = ["bilinear-tf1", "bilinear", "bicubic", "lanczos", "area", "nearest"];

    /// <summary>All names, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The name of a method.</summary>
    public static string NameOf(ResizeMethod method) => s_names[(int)method];

    /// <summary>The method of a name.</summary>
    /// <exception cref="UsageException">There is no such method.</exception>
    public static ResizeMethod Parse(string name)
    {
        int i = Array.IndexOf(s_names, name);
        return i >= 0 ? (ResizeMethod)i : throw new UsageException($"'{name}' is no way to resize; there are {string.Join(", ", s_names)}", "resize");
    }
}
