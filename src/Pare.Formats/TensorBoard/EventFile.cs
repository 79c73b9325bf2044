using System.Buffers.Binary;
using System.Globalization;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorBoard;

/// <summary>
/// Writes TensorBoard event files that show a graph: records of TFRecord framing (length, masked checksum of the length, data, masked checksum of the data),
/// the first naming the version, the second holding the GraphDef. Thread-safe.
/// </summary>
public static class EventFile
{
    private const string Version = "brain.Event:2";
    private const int WallTime = 1;
    private const int FileVersion = 3;
    private const int GraphDefField = 4;

    /// <summary>The file's name as TensorBoard expects it.</summary>
    /// <param name="time">When it was written; seconds, ten digits.</param>
    /// <param name="host">Name of the machine or whatever tells writers apart; characters that a file name should not have become <c>_</c>.</param>
    public static string NameOf(DateTimeOffset time, string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        char[] safe = [.. host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')];
        return string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{time.ToUnixTimeSeconds():D10}.{(safe.Length == 0 ? "localhost" : new string(safe))}");
    }

    /// <summary>Writes the two records.</summary>
    /// <param name="stream">Where the file goes.</param>
    /// <param name="graphDef">A GraphDef as its file holds it; see <see cref="GraphSketch"/> for models of other formats.</param>
    /// <param name="time">The wall time of both events.</param>
    public static void Write(Stream stream, ReadOnlyMemory<byte> graphDef, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(stream);
        double seconds = (time - DateTimeOffset.UnixEpoch).TotalSeconds;
        WireWriter version = new();
        version.Double(WallTime, seconds);
        version.Text(FileVersion, Version);
        Record(stream, version.ToArray());
        WireWriter graph = new();
        graph.Double(WallTime, seconds);
        graph.Bytes(GraphDefField, graphDef);
        Record(stream, graph.ToArray());
    }

    private static void Record(Stream stream, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Crc32C.Mask(Crc32C.Compute(head[..8])));
        stream.Write(head);
        stream.Write(data);
        Span<byte> foot = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(foot, Crc32C.Mask(Crc32C.Compute(data)));
        stream.Write(foot);
    }
}
