using System.Runtime.CompilerServices;
using Xunit;

namespace Pare.Testing;

/// <summary>Finds the repository and the folder of real models and recorded outputs, which a newcomer may lack.</summary>
public static class SharedFiles
{
    private static readonly string s_root = FindRepository();

    /// <summary>The repository's root.</summary>
    public static string Repository => s_root;

    /// <summary>The committed samples.</summary>
    public static string Samples => Path.Combine(s_root, "samples");

    /// <summary>Whether the shared folder is there.</summary>
    public static bool Available => Directory.Exists(Root);

    private static string Root => Environment.GetEnvironmentVariable("PARE_SHARED") is { Length: > 0 } named ? named : Path.GetFullPath(Path.Combine(s_root, "..", "shared"));

    /// <summary>A path below the shared folder; the calling test is skipped with a reason where the folder is missing.</summary>
    public static string InShared(params string[] parts)
    {
        Assert.SkipUnless(Available, "needs the folder of real models: set PARE_SHARED to it, or put it beside the repository as 'shared'");
        return Path.Combine([Root, .. parts]);
    }

    /// <summary>A sample's path in the repository.</summary>
    public static string Sample(params string[] parts) => Path.Combine([Samples, .. parts]);

    /// <summary>Files below the shared folder by pattern, sorted; empty where the folder is missing.</summary>
    public static IReadOnlyList<string> Find(string folder, string pattern)
    {
        string path = Path.Combine(Root, folder);
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
    }

    private static string FindRepository([CallerFilePath] string here = "")
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Pare.slnx")))
            {
                return d.FullName;
            }
        }

        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
    }
}
