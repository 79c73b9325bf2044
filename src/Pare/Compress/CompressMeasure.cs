namespace Pare.Compress;

/// <summary>What counts as a model's size.</summary>
public enum CompressMeasure
{
    /// <summary>Bytes of its gzip, as <c>gzip -6 -n</c> makes it.</summary>
    Gzip,

    /// <summary>Bytes of a zip with the one file.</summary>
    Zip,

    /// <summary>Bytes of the file itself.</summary>
    File,

    /// <summary>Bytes of the container that <c>pack</c> makes of it without loss.</summary>
    Pare,
}
