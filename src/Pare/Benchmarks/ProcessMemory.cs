using System.Diagnostics;

namespace Pare.Workflows;

/// <summary>What memory this process holds and has held.</summary>
internal static class ProcessMemory
{
    /// <summary>Gives back to the system what is no longer needed.</summary>
    public static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Gives back what can be, and begins the peak anew where the system can (Linux); elsewhere the peak is that of the process since its start.</summary>
    public static long Begin()
    {
        Release();
        if (OperatingSystem.IsLinux())
        {
            try
            {
                // 5: the high-water mark of resident memory becomes what is resident now (proc(5), clear_refs).
                File.WriteAllText("/proc/self/clear_refs", "5");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Then the peak is older; it is still a peak.
                return Environment.WorkingSet;
            }
        }

        return Environment.WorkingSet;
    }

    /// <summary>The most that was resident.</summary>
    public static long Peak()
    {
        using Process self = Process.GetCurrentProcess();
        return Math.Max(self.PeakWorkingSet64, Environment.WorkingSet);
    }
}
