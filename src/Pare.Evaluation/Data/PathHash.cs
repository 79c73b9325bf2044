using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Pare.Evaluation;

/// <summary>
/// The split of "TensorFlow for Poets": a picture's part follows from the SHA-1 of its path, so that it stays in its part when others are added. Thread-safe.
/// </summary>
public static class PathHash
{
    private const int MaxImagesPerClass = (1 << 27) - 1;

    /// <summary>
    /// A number from 0 to 100: <c>(SHA1(path) mod 2^27) * 100 / (2^27 - 1)</c>, where everything from <c>_nohash_</c> on is left out of the path first
    /// (so that variants of a picture stay together).
    /// </summary>
    public static double Percentage(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int cut = path.IndexOf("_nohash_", StringComparison.Ordinal);
#pragma warning disable CA5350 // Not for security: the recorded splits are defined by SHA-1.
        byte[] hash = SHA1.HashData(Encoding.UTF8.GetBytes(cut < 0 ? path : path[..cut]));
#pragma warning restore CA5350
        BigInteger number = BigInteger.Parse("0" + Convert.ToHexString(hash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (double)(int)(number % (MaxImagesPerClass + 1)) * (100.0 / MaxImagesPerClass);
    }

    /// <summary>The part of a path: below 10 validation, below 20 testing, else training.</summary>
    public static DatasetSplit SplitOf(string path) => Percentage(path) switch
    {
        < 10 => DatasetSplit.Validation,
        < 20 => DatasetSplit.Testing,
        _ => DatasetSplit.Training,
    };
}
