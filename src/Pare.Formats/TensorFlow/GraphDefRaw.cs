namespace Pare.Formats.TensorFlow;

/// <summary>An AttrValue as it stood in the file. Kept beside the attribute, which is immutable, so that an untouched attribute is written back the same, unknown fields included.</summary>
/// <param name="Bytes">The message's bytes.</param>
internal sealed record GraphDefRaw(ReadOnlyMemory<byte> Bytes);
