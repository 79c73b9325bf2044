using System.Diagnostics;
using System.Globalization;

namespace Pare.Cli;

/// <summary>A line that shows how far a step is and how long it may still take. Silent during the first second and wherever no person looks. Thread-safe.</summary>
internal sealed class ProgressBar : IProgress<double>, IProgress<string>, IDisposable
{
    private const int Cells = 30;
    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly string _what;
    private readonly bool _enabled;
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _next = TimeSpan.FromSeconds(1);
    private int _drawn;

    public ProgressBar(TextWriter writer, string what, bool enabled)
    {
        _writer = writer;
        _what = what;
        _enabled = enabled;
    }

    public void Report(double value)
    {
        if (!_enabled)
        {
            return;
        }

        lock (_lock)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
            if (elapsed < _next)
            {
                return;
            }

            _next = elapsed + TimeSpan.FromMilliseconds(200);
            Draw(Math.Clamp(value, 0, 1), elapsed);
        }
    }

    /// <summary>Says what is being done, for work whose end cannot be told.</summary>
    public void Report(string value)
    {
        if (!_enabled)
        {
            return;
        }

        lock (_lock)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
            if (elapsed >= TimeSpan.FromSeconds(1))
            {
                Write(string.Create(CultureInfo.InvariantCulture, $"{_what}: {value} ({elapsed.TotalSeconds:0} s)"));
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_drawn > 0)
            {
                _writer.Write("\r" + new string(' ', _drawn) + "\r");
                _drawn = 0;
            }
        }
    }

    private void Draw(double done, TimeSpan elapsed)
    {
        int full = (int)(done * Cells);
        string left = done > 0.01 ? string.Create(CultureInfo.InvariantCulture, $" {elapsed.TotalSeconds * (1 - done) / done:0} s left") : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{_what} [{new string('#', full)}{new string('.', Cells - full)}] {done * 100:0}%{left}");
        Write(line);
    }

    private void Write(string line)
    {
        _writer.Write("\r" + line.PadRight(_drawn));
        _drawn = Math.Max(_drawn, line.Length);
    }
}
