namespace Pare.Workflows;

/// <summary>Finds the npm package that holds LiteRT. Stateless and thread-safe.</summary>
public static class LiteRtPackage
{
    /// <summary>The package.</summary>
    public const string Name = "@litertjs/core";

    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "PARE_LITERT";

    /// <summary>The folder in whose <c>node_modules</c> the package lies: the one given, else the one that <see cref="Variable"/> names, else the current folder or one above it.</summary>
    /// <exception cref="IOException">It is nowhere; the message says what to do.</exception>
    public static string Find(string? folder)
    {
        string? named = folder ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : null);
        if (named is not null)
        {
            return Has(named) ? Path.GetFullPath(named) : throw new IOException($"'{named}' has no node_modules/{Name}: run 'npm install {Name}' in it");
        }

        for (DirectoryInfo? d = new(Environment.CurrentDirectory); d is not null; d = d.Parent)
        {
            if (Has(d.FullName))
            {
                return d.FullName;
            }
        }

        throw new IOException($"LiteRT is not there: run 'npm install {Name}' (Node 20 or later) in some folder and name that folder by --litert or {Variable}, or leave --runtime at onnxruntime");
    }

    private static bool Has(string folder) => Directory.Exists(Path.Combine(folder, "node_modules", Name));
}
