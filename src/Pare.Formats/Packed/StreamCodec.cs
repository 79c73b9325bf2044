namespace Pare.Formats.Packed;

/// <summary>How a stream is coded. The numbers stand in files.</summary>
internal enum StreamCodec
{
    /// <summary>Bytes as they are.</summary>
    Stored = 0,

    /// <summary>Bytes by context mixing (<see cref="Codecs.ByteCoder"/>).</summary>
    Mixed = 1,

    /// <summary>Symbols of one or more segments by context mixing (<see cref="Codecs.SymbolGroupDecoder"/>).</summary>
    Symbols = 2,

    /// <summary>An array of numbers by planes of bytes (<see cref="Codecs.PlaneCoder"/>).</summary>
    Planes = 3,
}
