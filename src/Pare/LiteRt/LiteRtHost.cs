using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Pare.Workflows;

/// <summary>
/// Google's LiteRT in a Node process of its own, spoken to over its standard input and output (the messages are described in <c>server.mjs</c>). Not safe for several threads.
/// </summary>
internal sealed class LiteRtHost : IDisposable
{
    private const int LargestHeader = 64 << 20;
    private static readonly string[] s_scripts = ["server.mjs", "engines.mjs", "flatbuffer.mjs"];

    private readonly Process _process;
    private readonly DirectoryInfo _scripts;

    private LiteRtHost(Process process, DirectoryInfo scripts)
    {
        _process = process;
        _scripts = scripts;
    }

    /// <summary>Starts the runtime.</summary>
    /// <param name="folder">The folder with the npm package; null to look for it (see <see cref="LiteRtPackage"/>).</param>
    /// <exception cref="IOException">Node or the package is not there.</exception>
    public static LiteRtHost Start(string? folder)
    {
        string package = LiteRtPackage.Find(folder);
        DirectoryInfo scripts = Directory.CreateTempSubdirectory("pare-litert-");
        try
        {
            foreach (string name in s_scripts)
            {
                using Stream from = typeof(LiteRtHost).Assembly.GetManifestResourceStream(name)!;
                using FileStream to = File.Create(Path.Combine(scripts.FullName, name));
                from.CopyTo(to);
            }

            ProcessStartInfo start = new("node", [Path.Combine(scripts.FullName, s_scripts[0])])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = package,
            };
            Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return new LiteRtHost(process, scripts);
        }
        catch (Win32Exception e)
        {
            scripts.Delete(recursive: true);
            throw new IOException($"LiteRT runs under Node 20 or later, which cannot be started ({e.Message}): install it, or leave --runtime at onnxruntime", e);
        }
        catch (IOException)
        {
            scripts.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Sends a request and waits for the answer's header.</summary>
    /// <exception cref="UnsupportedModelException">The runtime refuses the model or fails on it; the message is its own.</exception>
    /// <exception cref="IOException">The process ended.</exception>
    public JsonElement Ask(string header, params ReadOnlySpan<ReadOnlyMemory<byte>> blobs) => Exchange(header, blobs).Header;

    /// <summary>Sends a request and waits for the answer.</summary>
    /// <exception cref="UnsupportedModelException">The runtime refuses the model or fails on it; the message is its own.</exception>
    /// <exception cref="IOException">The process ended.</exception>
    public (JsonElement Header, byte[][] Blobs) Exchange(string header, params ReadOnlySpan<ReadOnlyMemory<byte>> blobs)
    {
        (JsonElement Header, byte[][] Blobs) answer;
        try
        {
            Stream to = _process.StandardInput.BaseStream;
            byte[] text = Encoding.UTF8.GetBytes(header);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            to.Write(length);
            to.Write(text);
            foreach (ReadOnlyMemory<byte> blob in blobs)
            {
                to.Write(blob.Span);
            }

            to.Flush();
            answer = Receive(_process.StandardOutput.BaseStream);
        }
        catch (IOException e)
        {
            throw new IOException($"LiteRT's Node process ended before it answered ({e.Message}); it needs Node 20 or later", e);
        }

        return answer.Header.TryGetProperty("error", out JsonElement error) ? throw new UnsupportedModelException($"LiteRT: {error.GetString()}", []) : answer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It ends by itself when its input does; a run that hangs is ended.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000))
        {
            _process.Kill();
        }

        _process.Dispose();
        _scripts.Delete(recursive: true);
    }

    private static (JsonElement Header, byte[][] Blobs) Receive(Stream from)
    {
        byte[] prefix = new byte[4];
        from.ReadExactly(prefix);
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is < 0 or > LargestHeader)
        {
            throw new IOException($"an answer of {length} bytes");
        }

        byte[] text = new byte[length];
        from.ReadExactly(text);
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement header = document.RootElement.Clone();
        byte[][] blobs = [.. header.GetProperty("sizes").EnumerateArray().Select(s => new byte[s.GetInt32()])];
        foreach (byte[] blob in blobs)
        {
            from.ReadExactly(blob);
        }

        return (header, blobs);
    }
}
