using System.Runtime.InteropServices;
using Pare;
using Pare.Formats;

// pare-unpack FILE.pare OUT: the decoder of containers and nothing else. Exit codes are those of pare: 0 done, 2 wrong usage, 3 damaged, 5 the machine refuses, 130 interrupted.
if (args.Length != 2 || args[0].StartsWith("--", StringComparison.Ordinal))
{
    Console.Error.WriteLine("usage: pare-unpack FILE.pare OUT    (gives back the file that 'pare pack' packed; OUT must not exist)");
    return args is ["--help"] ? 0 : 2;
}

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
try
{
    using FileTransaction files = new();
    ModelUnpacker.Unpack(ByteSource.FromFile(args[0]), files.Create(args[1]), cancellation: stop.Token);
    files.Commit();
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is PareException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"pare-unpack: {e.Message}");
    return e switch { UsageException => 2, PareException => 3, _ => 5 };
}
