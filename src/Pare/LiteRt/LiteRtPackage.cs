namespace Pare.Workflows;

/// <summary>Finds the npm package that holds LiteRT. Stateless and thread-safe.</summary>
public static class LiteRtPackage
{
    /// <summary>The package.</summary>
    public const string Name = "@litertjs/core";

    /// <summary>The package whose interpreter tells how long each operator takes.</summary>
    public const string Profiler = "@tensorflow/tfjs-tflite";

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

    /// <summary>The folder with both packages, of which one times operators.</summary>
    /// <exception cref="IOException">One is missing; the message says what to do.</exception>
    internal static string FindProfiler(string? folder)
    {
        string found = Find(folder);
        return Has(found, Profiler) ? found : throw new IOException($"'{found}' has no node_modules/{Profiler}, whose interpreter times operators: run 'npm install {Profiler} @tensorflow/tfjs-core' in it, or leave --profile out");
    }

    private static bool Has(string folder, string package = Name) => Directory.Exists(Path.Combine(folder, "node_modules", package));
}
