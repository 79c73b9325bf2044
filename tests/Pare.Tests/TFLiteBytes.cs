using Pare.Formats;

namespace Pare.Tests;

/// <summary>Models as the bytes of a <c>.tflite</c> file.</summary>
internal static class TFLiteBytes
{
    public static byte[] Of(Model model)
    {
        using MemoryStream stream = new();
        ModelFormats.All.First(f => f.Name == "tflite").Write(model, new StreamTarget(stream, ".tflite"));
        return stream.ToArray();
    }
}
