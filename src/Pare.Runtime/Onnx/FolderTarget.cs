using Pare.Formats;

namespace Pare.Runtime;

/// <summary>A folder of our own that a model is written into, to be read again at once.</summary>
internal sealed class FolderTarget : ModelTarget, IDisposable
{
    private readonly string _folder;
    private readonly FileStream _main;

    public FolderTarget(string folder, string fileName)
    {
        _folder = folder;
        FileName = fileName;
        _main = File.Create(Path.Combine(folder, fileName));
    }

    public override string FileName { get; }

    public override Stream Main => _main;

    public override string Suffix => Path.GetExtension(FileName);

    public override Stream OpenCompanion(string name) => File.Create(Path.Combine(_folder, name));

    public void Dispose() => _main.Dispose();
}
