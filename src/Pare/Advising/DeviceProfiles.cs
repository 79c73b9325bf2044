using System.Collections.Frozen;

namespace Pare.Advising;

/// <summary>The devices that are known. A new one is an entry here.</summary>
public static class DeviceProfiles
{
    private const long Kibi = 1024;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DeviceProfile> All { get; } =
    [
        new()
        {
            Name = "esp32", Summary = "ESP32 with 4 MB of flash, 1 MB of it for the program; 520 KB SRAM, 320 KB of it for data, of which one static block takes at most 160 KB", Runtime = "tflite-micro", Goal = AdviceGoal.Memory,
            Flash = 3 * Kibi * Kibi, Ram = 160 * Kibi, Source = "Espressif, ESP-IDF Programming Guide, memory types (docs.espressif.com)",
        },
        new()
        {
            Name = "esp32-s3", Summary = "ESP32-S3 with 8 MB of flash, 2 MB of it for the program; 512 KB SRAM shared by program and data, some 320 KB for data (without PSRAM)", Runtime = "tflite-micro", Goal = AdviceGoal.Memory,
            Flash = 6 * Kibi * Kibi, Ram = 320 * Kibi, Source = "Espressif, ESP32-S3 Series Datasheet; ESP-IDF Programming Guide, memory types",
        },
        new()
        {
            Name = "cortex-m4", Summary = "Cortex-M4F as on the Arduino Nano 33 BLE Sense (nRF52840): 1 MB flash and 256 KB RAM, a quarter of each for the program", Runtime = "tflite-micro", Goal = AdviceGoal.Memory,
            Flash = 768 * Kibi, Ram = 192 * Kibi, Source = "Nordic Semiconductor, nRF52840 Product Specification",
        },
        new()
        {
            Name = "cortex-m7", Summary = "Cortex-M7 as the STM32F746: 1 MB flash and 320 KB RAM, a quarter of each for the program", Runtime = "tflite-micro", Goal = AdviceGoal.Memory,
            Flash = 768 * Kibi, Ram = 240 * Kibi, Source = "STMicroelectronics, STM32F745xx/STM32F746xx datasheet",
        },
        new()
        {
            Name = "rp2040", Summary = "Raspberry Pi Pico: 2 MB flash and 264 KB SRAM, 512 KB and 64 KB of them for the program", Runtime = "tflite-micro", Goal = AdviceGoal.Memory,
            Flash = 1536 * Kibi, Ram = 200 * Kibi, Source = "Raspberry Pi Ltd, RP2040 Datasheet; Pico Datasheet",
        },
        new() { Name = "phone-cpu", Summary = "a phone's processor through LiteRT and XNNPACK", Runtime = "tflite", Goal = AdviceGoal.Processor, Source = "LiteRT documentation, XNNPACK delegate" },
        new()
        {
            Name = "phone-gpu", Summary = "a phone's graphics processor through LiteRT's GPU delegate, which computes in 16-bit floats", Runtime = "tflite", Goal = AdviceGoal.Graphics,
            Accelerated = Set(
                "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEQUANTIZE EXP FULLY_CONNECTED LOGICAL_AND LOGISTIC LSTM MAX_POOL_2D MAXIMUM MINIMUM MUL PAD PRELU RELU RELU6 RESHAPE RESIZE_BILINEAR SOFTMAX STRIDED_SLICE SUB TRANSPOSE_CONV"),
            Source = "TensorFlow Lite guide, GPU delegates: supported ops (tensorflow/lite/g3doc/performance/gpu.md)",
        },
        new()
        {
            Name = "edgetpu", Summary = "Coral Edge TPU: 8-bit integers throughout, compiled by edgetpu_compiler; 8 MB of SRAM cache the weights", Runtime = "tflite", Goal = AdviceGoal.Integers,
            Accelerated = Set(
                "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D EXPAND_DIMS FULLY_CONNECTED L2_NORMALIZATION LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL PACK PAD PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 "
                + "RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQUEEZE STRIDED_SLICE SUB SUM SQUARED_DIFFERENCE TANH TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM"),
            Source = "Coral, TensorFlow models on the Edge TPU: supported operations (coral.ai/docs/edgetpu/models-intro)",
        },
        new() { Name = "raspberry-pi", Summary = "a 64-bit ARM board with hundreds of megabytes, through LiteRT", Runtime = "tflite", Goal = AdviceGoal.Processor, Source = "LiteRT documentation, XNNPACK delegate" },
        new() { Name = "browser", Summary = "a page that loads the model and runs it (LiteRT for the web, WebAssembly)", Runtime = "tflite", Goal = AdviceGoal.Download, Source = "LiteRT documentation, LiteRT.js" },
        new() { Name = "download", Summary = "an application that fetches models: bytes over the wire count", Runtime = "tflite", Goal = AdviceGoal.Download, Source = "-" },
    ];

    /// <summary>The device of a name.</summary>
    /// <exception cref="UsageException">There is none; the message lists those there are.</exception>
    public static DeviceProfile Find(string name) => All.FirstOrDefault(d => d.Name == name)
        ?? throw new UsageException($"'{name}' is no device; known are {string.Join(", ", All.Select(d => d.Name))}", "--target");

    private static FrozenSet<string> Set(string operators) => operators.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
