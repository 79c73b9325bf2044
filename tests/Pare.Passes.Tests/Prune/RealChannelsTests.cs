using Pare.Passes.Prune;
using Pare.Passes.Tests.Optimize;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Prune;

/// <summary>Channels removed from trained networks; the pass itself runs the smaller graph against the graph with silent channels and throws where they disagree.</summary>
public sealed class RealChannelsTests
{
    [Theory]
    [InlineData("keras/fashion_res.pb")]
    [InlineData("keras/fashion_res.onnx")]
    [InlineData("keras/fashion_res.tflite")]
    [InlineData("keras/fashion_res_fp16.tflite")]
    [InlineData("keras/fashion_res_int8.tflite")]
    [InlineData("mlperf-tiny/vww_96_float.tflite")]
    [InlineData("poets/mobilenet_v1_0.25_128_frozen.pb")]
    [InlineData("wild/ch_ppocr_mobile_v2.0_cls_infer.onnx")]
    [InlineData("wild/selfie_segmentation.tflite")]
    [InlineData("wild/face_detection_short_range.tflite")]
    [InlineData("wild/swift_f0.onnx")]
    public void Run_TrainedNetwork_IsSmallerAndAgrees(string file)
    {
        Model model = Running.Open(SharedFiles.InShared(["models", .. file.Split('/')]));
        long before = model.Graph.Constants.Sum(v => v.Constant!.Count);
        PassContext context = Running.Context;
        try
        {
            new PruneChannelsPass(new PruneOptions { Sparsity = 0.3 }).Run(model, context);
        }
        catch (UnsupportedModelException e) when (e.Nodes.All(n => n.Operator == "input"))
        {
            // Its inputs leave extents open: pruning asks for samples.
            return;
        }

        Assert.True(model.Graph.Constants.Sum(v => v.Constant!.Count) < 0.9 * before);
    }
}
