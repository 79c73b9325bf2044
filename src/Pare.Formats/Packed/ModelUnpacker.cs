using Pare.Formats.Packed;

namespace Pare.Formats;

/// <summary>
/// Gives back the file that a container (<c>.pare</c>, see docs/pare-format.md) holds, knowing of no model format: all that a program needs that only unpacks.
/// Errors tell bytes of the unpacked file where <see cref="ModelPacker.Unpack"/> tells tensors. Stateless and thread-safe.
/// </summary>
public static class ModelUnpacker
{
    /// <summary>Unpacks a container, and checks the SHA-256 of what comes out.</summary>
    /// <param name="file">The container.</param>
    /// <param name="output">Receives the file that was packed, or in lossy mode the one with decoded weights.</param>
    /// <param name="maxBytes">Most bytes that it may unpack to; containers of more than a 64th of that may unpack to 64 times their size.</param>
    /// <param name="progress">Told the part done, 0 to 1.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="ModelFormatException">The container is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The container is of a newer version.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Unpack(ByteSource file, Stream output, long maxBytes = 1L << 30, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        PackedFile.Open(file, maxBytes).WriteTo(output, progress, cancellation);
    }
}
