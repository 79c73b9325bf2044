using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Pare.Testing;

/// <summary>The Node process that holds the runtimes; it ends when this process does, since its standard input closes then.</summary>
internal sealed class LiteRtProcess
{
    private static readonly Lazy<(LiteRtProcess? Process, string? Obstacle)> s_shared = new(Start);
    private readonly Lock _lock = new();
    private readonly Process _process;

    private LiteRtProcess(Process process) => _process = process;

    /// <summary>The process of this test run; the calling test is skipped where it cannot be started.</summary>
    public static LiteRtProcess Shared
    {
        get
        {
            (LiteRtProcess? process, string? obstacle) = s_shared.Value;
            Assert.SkipWhen(process is null, obstacle ?? "");
            return process!;
        }
    }

    /// <summary>Sends a request and waits for the answer.</summary>
    /// <exception cref="LiteRtException">The answer is an error, or the process ended.</exception>
    public (JsonElement Header, byte[][] Blobs) Ask(string header, IReadOnlyList<ReadOnlyMemory<byte>> blobs)
    {
        lock (_lock)
        {
            try
            {
                Send(header, blobs);
                return Receive();
            }
            catch (Exception e) when (e is IOException or EndOfStreamException)
            {
                throw new LiteRtException($"the runtime's process ended: {e.Message}");
            }
        }
    }

    private static (LiteRtProcess? Process, string? Obstacle) Start()
    {
        string folder = Path.Combine(SharedFiles.Repository, "tests", "litert");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@litertjs", "core")))
        {
            return (null, "needs the LiteRT runtime: run 'npm ci' in tests/litert (Node 20 or later)");
        }

        try
        {
            ProcessStartInfo start = new("node", [Path.Combine(SharedFiles.Repository, "src", "Pare", "LiteRt", "server.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
            return (new LiteRtProcess(Process.Start(start)!), null);
        }
        catch (Win32Exception e)
        {
            return (null, $"needs Node 20 or later to run LiteRT: {e.Message}");
        }
    }

    private void Send(string header, IReadOnlyList<ReadOnlyMemory<byte>> blobs)
    {
        Stream stream = _process.StandardInput.BaseStream;
        byte[] text = Encoding.UTF8.GetBytes(header);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        stream.Write(length);
        stream.Write(text);
        foreach (ReadOnlyMemory<byte> blob in blobs)
        {
            stream.Write(blob.Span);
        }

        stream.Flush();
    }

    private (JsonElement Header, byte[][] Blobs) Receive()
    {
        Stream stream = _process.StandardOutput.BaseStream;
        byte[] text = ReadExactly(stream, BinaryPrimitives.ReadInt32LittleEndian(ReadExactly(stream, 4)));
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement header = document.RootElement.Clone();
        byte[][] blobs = [.. header.GetProperty("sizes").EnumerateArray().Select(s => ReadExactly(stream, s.GetInt32()))];
        return header.TryGetProperty("error", out JsonElement error) ? throw new LiteRtException(error.GetString()!) : (header, blobs);
    }

    private static byte[] ReadExactly(Stream stream, int length)
    {
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
