namespace Pare.Advising;

/// <summary>An architecture for small devices with its published figures.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Task">What the figures were taken on.</param>
/// <param name="Parameters">Weights, which are its bytes at 8 bits.</param>
/// <param name="MultiplyAdds">Multiply-adds of a run.</param>
/// <param name="Quality">Published quality.</param>
/// <param name="Source">Where the figures are from.</param>
public sealed record LowCostArchitecture(string Name, string Task, long Parameters, long MultiplyAdds, string Quality, string Source)
{
    /// <summary>Those that are known, by the number of their weights.</summary>
    public static IReadOnlyList<LowCostArchitecture> All { get; } =
    [
        new("DS-CNN (MLPerf Tiny)", "keyword spotting, 12 words", 24_000, 2_700_000, "90% top-1", "MLPerf Tiny benchmark"),
        new("ResNet-8 (MLPerf Tiny)", "CIFAR-10, 32x32", 78_000, 12_500_000, "85% top-1", "MLPerf Tiny benchmark"),
        new("MobileNetV1 0.25, 96x96 (MLPerf Tiny)", "person or not", 220_000, 7_500_000, "80% top-1", "MLPerf Tiny benchmark"),
        new("autoencoder of ten dense layers (MLPerf Tiny)", "anomalies of machine sound", 270_000, 270_000, "0.85 AUC", "MLPerf Tiny benchmark"),
        new("MobileNetV1 0.25, 224x224", "ImageNet", 500_000, 41_000_000, "50.6% top-1", "Howard et al., MobileNets, 2017"),
        new("MobileNetV1 0.5, 224x224", "ImageNet", 1_300_000, 149_000_000, "63.7% top-1", "Howard et al., MobileNets, 2017"),
        new("MobileNetV3-Small", "ImageNet", 2_500_000, 56_000_000, "67.4% top-1", "Howard et al., Searching for MobileNetV3, 2019"),
        new("MobileNetV2", "ImageNet", 3_400_000, 300_000_000, "72.0% top-1", "Sandler et al., MobileNetV2, 2018"),
    ];
}
