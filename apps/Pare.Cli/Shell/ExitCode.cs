namespace Pare.Cli;

/// <summary>What the process says to its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int BoundMissed = 1;
    public const int Usage = 2;
    public const int Damaged = 3;
    public const int Unsupported = 4;
    public const int Machine = 5;
    public const int Bug = 70;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
