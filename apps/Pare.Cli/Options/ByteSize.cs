using System.Globalization;

namespace Pare.Cli;

/// <summary>Sizes as people write them: <c>250KB</c>, <c>1.5MB</c> (powers of 1000), <c>KiB</c>, <c>MiB</c> (powers of 1024), or plain bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Factor)[] s_units =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024.0 * 1024 * 1024), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("K", 1e3), ("M", 1e6), ("G", 1e9), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim();
        double factor = 1;
        foreach ((string unit, double f) in s_units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Length].TrimEnd();
                factor = f;
                break;
            }
        }

        bytes = 0;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) || !(value >= 0) || value * factor > 1e18)
        {
            return false;
        }

        bytes = (long)Math.Round(value * factor);
        return true;
    }
}
