using System.Runtime.InteropServices;
using Pare.Formats;


namespace Pare.Cli;

/// <summary>
/// Turns Ctrl-C and SIGTERM into a cancellation. Work that does not look at the token (a native call) is given a moment, then the process
/// ends on the spot; unfinished output lies in temporary files, which are removed first.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration? _interrupt;
    private readonly PosixSignalRegistration? _terminate;
    private int _code = ExitCode.Interrupted;

    /// <summary>Files being written by the verb at work, to be removed when the process ends on the spot.</summary>
    public FileTransaction? Outputs { get; set; }

    /// <summary>Listens to the process's signals.</summary>
    /// <param name="listen">False for a command that runs inside another program.</param>
    public Interruption(bool listen = true)
    {
        if (listen)
        {
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, ExitCode.Interrupted));
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, ExitCode.Terminated));
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Exit code of the signal that came last.</summary>
    public int Code => _code;

    /// <summary>Asks the work to end, as a signal would.</summary>
    public void Cancel() => _source.Cancel();

    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        _code = code;
        if (_source.IsCancellationRequested)
        {
            End(code);
        }

        _source.Cancel();
        Thread watch = new(() =>
        {
            Thread.Sleep(s_patience);
            End(code);
        })
        { IsBackground = true };
        watch.Start();
    }

    private void End(int code)
    {
        Outputs?.Dispose();
        Environment.Exit(code);
    }
}
