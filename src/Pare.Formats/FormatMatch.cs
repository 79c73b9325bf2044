namespace Pare.Formats;

/// <summary>How sure a format is of a file.</summary>
public enum FormatMatch
{
    /// <summary>The file is of another format.</summary>
    No,

    /// <summary>The structure fits, but other formats' might too.</summary>
    Possible,

    /// <summary>The structure fits this format and hardly another.</summary>
    Likely,

    /// <summary>The file says so by a magic number.</summary>
    Certain,
}
