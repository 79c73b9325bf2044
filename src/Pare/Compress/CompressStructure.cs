namespace Pare.Compress;

/// <summary>What may happen to a model's graph.</summary>
public enum CompressStructure
{
    /// <summary>It may be optimised, and weights may be stored as codes that the graph decodes.</summary>
    Free,

    /// <summary>It stays node for node; only constants' values change.</summary>
    Same,
}
