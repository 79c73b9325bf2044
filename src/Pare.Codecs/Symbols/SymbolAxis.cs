namespace Pare.Codecs;

/// <summary>The axes of a weight tensor.</summary>
internal enum SymbolAxis
{
    Output,
    Input,
    Y,
    X,
}
