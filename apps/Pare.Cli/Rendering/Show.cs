using System.Globalization;

namespace Pare.Cli;

/// <summary>Numbers as a person reads them.</summary>
internal static class Show
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plain(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Bytes(long value) => Count(value);

    public static string Percent(double fraction) => (fraction * 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    public static string Number(double value, string format = "0.###") => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Short form for values of any magnitude: four significant digits.</summary>
    public static string Small(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
