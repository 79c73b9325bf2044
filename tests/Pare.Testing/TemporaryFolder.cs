namespace Pare.Testing;

/// <summary>A folder for one test, removed afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("pare-cli-").FullName;

    public string Root { get; }

    /// <summary>Names of what lies in the folder, hidden files included.</summary>
    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Root).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
