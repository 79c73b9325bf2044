namespace Pare.Codecs;

/// <summary>How hard <see cref="SymbolCoder"/> and <see cref="SymbolGroupEncoder"/> try. The decoder needs none of it.</summary>
public sealed record SymbolCoderOptions
{
    /// <summary>Tries every profile on every tensor.</summary>
    public static SymbolCoderOptions Default { get; } = new();

    /// <summary>Takes a profile without trials: about ten times as fast, some per cent larger.</summary>
    public bool Quick { get; init; }

    /// <summary>Symbols of a tensor on which profiles are tried; of larger ones a block of about as many is.</summary>
    public int TrialSymbols { get; init; } = int.MaxValue;
}
