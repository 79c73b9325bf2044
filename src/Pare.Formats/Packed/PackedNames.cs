namespace Pare.Formats.Packed;

/// <summary>Names tensors of a container for errors.</summary>
internal static class PackedNames
{
    /// <summary>The tensor that holds a byte of the unpacked file; null where the model cannot be read without its tensors.</summary>
    public static string? Find(PackedFile file, long position)
    {
        try
        {
            PackedByteSource source = new(file, structureOnly: true);
            ModelSource model = new() { Bytes = source };
            Model read = ModelFile.Identify(model).Read(model);
            return PackedTensors.Locate(read, source).Find(t => t.Offset <= position && position < t.End)?.Name;
        }
        catch (PareException)
        {
            return null;
        }
    }
}
