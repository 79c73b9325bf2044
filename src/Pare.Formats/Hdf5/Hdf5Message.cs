namespace Pare.Formats.Hdf5;

/// <summary>A message of an object header.</summary>
/// <param name="Type">Its type, one of the constants here.</param>
/// <param name="Flags">Its flags; bit 1: the content lies elsewhere.</param>
/// <param name="At">Address of its content.</param>
/// <param name="Size">Bytes of its content.</param>
internal readonly record struct Hdf5Message(int Type, int Flags, long At, int Size)
{
    public const int Dataspace = 0x1;
    public const int LinkInfo = 0x2;
    public const int Datatype = 0x3;
    public const int FillValue = 0x5;
    public const int Link = 0x6;
    public const int Layout = 0x8;
    public const int FilterPipeline = 0xB;
    public const int Attribute = 0xC;
    public const int Continuation = 0x10;
    public const int SymbolTable = 0x11;
    public const int AttributeInfo = 0x15;

    /// <summary>Address behind its content.</summary>
    public long End => At + Size;
}
