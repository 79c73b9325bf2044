using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>
/// Skia's decoder of one picture, called through its C interface: the objects of SkiaSharp would look for the machine's fonts before the first pixel. For one thread.
/// </summary>
internal sealed unsafe partial class SkiaCodec : IDisposable
{
    private const string Library = "libSkiaSharp";
    private const int TopDown = 0;

    private readonly nint _data;
    private readonly nint _codec;
    private SkiaImageInfo _wanted;

    private SkiaCodec(nint data, nint codec)
    {
        _data = data;
        _codec = codec;
        GetInfo(codec, out _wanted);
        IsOpaque = _wanted.AlphaType == SkiaImageInfo.Opaque;
        Origin = GetOrigin(codec);

        // No colour space asked for means none applied; unpremultiplied, so that no colour is rounded on its way.
        _wanted.ColorSpace = 0;
        _wanted.ColorType = SkiaImageInfo.Rgba8888;
        _wanted.AlphaType = IsOpaque ? SkiaImageInfo.Opaque : SkiaImageInfo.Unpremultiplied;
    }

    public int Width => _wanted.Width;

    public int Height => _wanted.Height;

    public bool IsOpaque { get; }

    public EncodedOrigin Origin { get; }

    /// <summary>Reads a header.</summary>
    /// <param name="pin">The file's bytes, which stay where they are as long as the decoder lives.</param>
    /// <param name="length">How many.</param>
    /// <returns>Null when the header is damaged.</returns>
    public static SkiaCodec? TryCreate(MemoryHandle pin, int length)
    {
        nint data = NewData(pin.Pointer, (nuint)length, 0, 0);
        nint codec = NewCodec(data);
        if (codec != 0)
        {
            return new SkiaCodec(data, codec);
        }

        ReleaseData(data);
        return null;
    }

    /// <summary>Makes ready to read rows from the top; false where the format has them in another order.</summary>
    public bool TryStartRows() => StartRows(_codec, in _wanted, 0) == SkiaCodecResult.Success && GetRowOrder(_codec) == TopDown;

    /// <summary>Reads the next rows as RGBA.</summary>
    /// <returns>How many rows there were.</returns>
    public int ReadRows(Span<byte> rgba, int rows)
    {
        int stride = checked(Width * 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, checked(stride * rows));
        fixed (byte* p = rgba)
        {
            return ReadRows(_codec, p, rows, (nuint)stride);
        }
    }

    /// <summary>Reads the whole picture, of an animation the first frame, as RGBA.</summary>
    public SkiaCodecResult ReadAll(Span<byte> rgba)
    {
        int stride = checked(Width * 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, checked(stride * Height));
        fixed (byte* p = rgba)
        {
            return ReadAll(_codec, in _wanted, p, (nuint)stride, 0);
        }
    }

    public void Dispose()
    {
        ReleaseCodec(_codec);
        ReleaseData(_data);
    }

    [LibraryImport(Library, EntryPoint = "sk_data_new_with_proc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint NewData(void* bytes, nuint length, nint release, nint context);

    [LibraryImport(Library, EntryPoint = "sk_data_unref")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void ReleaseData(nint data);

    [LibraryImport(Library, EntryPoint = "sk_codec_new_from_data")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint NewCodec(nint data);

    [LibraryImport(Library, EntryPoint = "sk_codec_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void ReleaseCodec(nint codec);

    [LibraryImport(Library, EntryPoint = "sk_codec_get_info")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void GetInfo(nint codec, out SkiaImageInfo info);

    [LibraryImport(Library, EntryPoint = "sk_codec_get_origin")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial EncodedOrigin GetOrigin(nint codec);

    [LibraryImport(Library, EntryPoint = "sk_codec_start_scanline_decode")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial SkiaCodecResult StartRows(nint codec, in SkiaImageInfo info, nint options);

    [LibraryImport(Library, EntryPoint = "sk_codec_get_scanline_order")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int GetRowOrder(nint codec);

    [LibraryImport(Library, EntryPoint = "sk_codec_get_scanlines")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int ReadRows(nint codec, byte* target, int rows, nuint stride);

    [LibraryImport(Library, EntryPoint = "sk_codec_get_pixels")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial SkiaCodecResult ReadAll(nint codec, in SkiaImageInfo info, byte* target, nuint stride, nint options);
}
