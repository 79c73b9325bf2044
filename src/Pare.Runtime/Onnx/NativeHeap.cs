using System.Runtime.InteropServices;

namespace Pare.Runtime;

/// <summary>The C library's heap, from which ONNX Runtime takes some hundred thousand small pieces while it starts.</summary>
internal static partial class NativeHeap
{
    // M_TOP_PAD of malloc.h, GNU C library.
    private const int TopPad = -2;
    private const int Step = 4 << 20;

    /// <summary>
    /// Lets the heaps of threads that start from now on begin with megabytes rather than grow by a page and a system call at a time. Does nothing where the C library is another; never fails.
    /// </summary>
    public static void GrowInLargeSteps()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetOption(TopPad, Step);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // The GNU library alone has this option.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int parameter, int value);
}
