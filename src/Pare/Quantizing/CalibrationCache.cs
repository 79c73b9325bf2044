using System.Text.Json;

namespace Pare.Workflows;

/// <summary>A file with ranges, so that a model need be calibrated once. Stateless and thread-safe.</summary>
public static class CalibrationCache
{
    private const long LargestFile = 64 << 20;

    /// <summary>Reads a cache.</summary>
    /// <exception cref="RecipeException">The file is no cache, or of a later version.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CalibrationRecord Read(string path)
    {
        if (new FileInfo(path).Length > LargestFile)
        {
            throw new RecipeException($"{path} is larger than {LargestFile} bytes; that is no calibration cache", path);
        }

        try
        {
            CalibrationRecord record = JsonSerializer.Deserialize(File.ReadAllBytes(path), ReportJson.Default.CalibrationRecord) ?? throw new RecipeException($"{path} is empty", path);
            if (record.Version != CalibrationRecord.CurrentVersion)
            {
                throw new RecipeException($"{path} is of version {record.Version}; this Pare reads version {CalibrationRecord.CurrentVersion}", path);
            }

            Check(record, path);
            return record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new RecipeException($"{path} is no calibration cache: {e.Message}", path, e);
        }
    }

    private static void Check(CalibrationRecord record, string path)
    {
        try
        {
            record.ToRanges();
        }
        catch (PareException e)
        {
            throw new RecipeException($"{path} is no calibration cache: {e.Message}", path, e);
        }
    }

    /// <summary>Writes a cache as indented JSON.</summary>
    public static void Write(CalibrationRecord record, Stream stream)
    {
        using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true });
        JsonSerializer.Serialize(writer, record, ReportJson.Default.CalibrationRecord);
    }
}
