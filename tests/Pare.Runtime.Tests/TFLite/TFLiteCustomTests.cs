using Pare.Runtime.Tests.Keras;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Custom operators of detectors and of speech commands against loops over their definitions. Their options were encoded by FlatBuffers' own library (25.9).</summary>
public class TFLiteCustomTests
{
    // max_detections 5, max_classes_per_detection 2, num_classes 3, detections_per_class 4, thresholds 0.25 and 0.5 (overlap), scales 10, 10, 5, 5.
    private const string Detection =
        "646574656374696f6e735f7065725f636c61737300685f7363616c65006d61785f636c61737365735f7065725f646574656374696f6e006d61785f646574656374696f6e73006e6d735f696f755f7468726573686f6c64006e6d735f73636f72655f"
        + "7468726573686f6c64006e756d5f636c6173736573007573655f726567756c61725f6e6d7300775f7363616c6500785f7363616c6500795f7363616c65000ba18d866d5f4e3b30211a130b000000010000000b00000004000000050000000200000005"
        + "0000000000003f0000803e0300000000000000050000000a0000000a000000040404040e0e0468040404372601";

    // window_size 480, stride 320, magnitude_squared true.
    private const string Audio = "6d61676e69747564655f73717561726564007374726964650077696e646f775f73697a65000326150f0004000100030001004001e001680505092501";

    // upper_frequency_limit 4000.5, lower_frequency_limit 20, filterbank_channel_count 40, dct_coefficient_count 10.
    private const string Cepstrum =
        "6463745f636f656666696369656e745f636f756e740066696c74657262616e6b5f6368616e6e656c5f636f756e74006c6f7765725f6672657175656e63795f6c696d69740075707065725f6672657175656e63795f6c696d697400045c472f1a040000"
        + "0001000000040000000a000000280000001400000000087a450404040e142601";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DetectionPostProcess_Overlaps_AreThinnedOut(bool regular)
    {
        const int Count = 12;
        Nd codes = Nd.Random(1, 1, Count, 4);
        Nd scores = Nd.Random(2, 1, Count, 4).Map(s => (s + 1) / 2);
        Nd anchors = new(Count, 4);
        for (int i = 0; i < Count; i++)
        {
            // Pairs of anchors nearly in the same place, so that some overlap.
            (anchors[i, 0], anchors[i, 1], anchors[i, 2], anchors[i, 3]) = (0.1f + (0.15f * (i / 2)), 0.2f + (0.12f * (i / 2)), 0.3f, 0.25f);
        }

        byte[] options = Convert.FromHexString(Detection);
        if (regular)
        {
            // use_regular_nms is the eighth of eleven values of width 4; their types and three bytes of the root follow.
            options[^((4 * 4) + 11 + 3)] = 1;
        }

        TFLiteNet net = new();
        int rows = regular ? 5 : 10;
        net.Node(
            "TFLite_Detection_PostProcess",
            [net.Input(DataType.Float32, 1, Count, 4), net.Input(DataType.Float32, 1, Count, 4), net.Constant(anchors.ToTensor())],
            [(DataType.Float32, [1, rows, 4]), (DataType.Float32, [1, rows]), (DataType.Float32, [1, rows]), (DataType.Float32, [1])],
            options);
        IReadOnlyList<TensorData> results = net.Run(codes.ToTensor(), scores.ToTensor());

        float[][] boxes = [.. Enumerable.Range(0, Count).Select(i => Box(codes, anchors, i))];
        List<(float[] Box, int Class, float Score)> expected = [];
        int kept;
        if (regular)
        {
            // The first score is the background's.
            List<(float[] Box, int Class, float Score)> all = [];
            for (int k = 0; k < 3; k++)
            {
                all.AddRange(Thinned(boxes, [.. Enumerable.Range(0, Count).Select(i => scores[0, i, k + 1])], 4).Select(i => (boxes[i], k, scores[0, i, k + 1])));
            }

            expected = [.. all.OrderByDescending(d => d.Score).Take(5)];
            kept = expected.Count;
        }
        else
        {
            int[] chosen = Thinned(boxes, [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(1, 3).Max(k => scores[0, i, k]))], 5);
            kept = chosen.Length;
            expected = [.. chosen.SelectMany(i => Enumerable.Range(0, 3).OrderByDescending(k => scores[0, i, k + 1]).Take(2).Select(k => (boxes[i], k, scores[0, i, k + 1])))];
        }

        Assert.InRange(kept, 2, 5);
        Nd wantedBoxes = new(1, rows, 4);
        Nd wantedClasses = new(1, rows);
        Nd wantedScores = new(1, rows);
        for (int i = 0; i < expected.Count; i++)
        {
            expected[i].Box.CopyTo(wantedBoxes.Data, i * 4);
            wantedClasses.Data[i] = expected[i].Class;
            wantedScores.Data[i] = expected[i].Score;
        }

        KerasNet.Close(wantedBoxes, results[0]);
        KerasNet.Close(wantedClasses, results[1]);
        KerasNet.Close(wantedScores, results[2]);
        KerasNet.Close(new Nd([kept], 1), results[3]);
    }

    [Fact]
    public void AudioSpectrogramAndMfcc_OneSecond_FollowTheirDefinitions()
    {
        const int Length = 1600;
        const int Window = 480;
        const int Bins = 257;
        Nd samples = Nd.Random(3, Length, 1);
        int windows = ((Length - Window) / 320) + 1;
        Nd spectrum = new(1, windows, Bins);
        foreach (int[] at in spectrum.Indices())
        {
            double re = 0;
            double im = 0;
            for (int i = 0; i < Window; i++)
            {
                double weighted = samples[(at[1] * 320) + i, 0] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window)));
                re += weighted * Math.Cos(2 * Math.PI * i * at[2] / 512);
                im -= weighted * Math.Sin(2 * Math.PI * i * at[2] / 512);
            }

            spectrum[at] = (float)((re * re) + (im * im));
        }

        TFLiteNet net = new();
        IReadOnlyList<Value> made = net.Node("AudioSpectrogram", [net.Input(DataType.Float32, Length, 1)], [(DataType.Float32, spectrum.Shape)], Convert.FromHexString(Audio));
        net.Node("Mfcc", [made[0], net.Constant(DenseTensorData.Create([16000], TensorShape.Scalar))], [(DataType.Float32, [1, windows, 10])], Convert.FromHexString(Cepstrum));
        IReadOnlyList<TensorData> results = net.Run(samples.ToTensor());
        KerasNet.Close(spectrum, results[0], 1e-4);
        KerasNet.Close(Cepstra(spectrum), results[1], 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(40)]
    public void Options_CutShort_AreRefused(int length)
    {
        TFLiteNet net = new();
        net.Node("AudioSpectrogram", [net.Input(DataType.Float32, 1600, 1)], [(DataType.Float32, [1, 4, 257])], Convert.FromHexString(Audio)[^length..]);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => net.Run(Nd.Random(4, 1600, 1).ToTensor()));
        Assert.Contains("AudioSpectrogram", e.Message, StringComparison.Ordinal);
    }

    // Bands between centres that lie evenly in mel; of each bin's magnitude the lower centre gets the share that is left to the upper.
    private static Nd Cepstra(Nd spectrum)
    {
        static double Mel(double f) => 1127 * Math.Log(1 + (f / 700));
        double low = Mel(20);
        double spacing = (Mel(4000.5) - low) / 41;
        double width = 0.5 * 16000 / 256;
        int first = (int)(1.5 + (20 / width));
        int last = (int)(4000.5 / width);
        Nd y = new(1, spectrum.Shape[1], 10);
        for (int t = 0; t < spectrum.Shape[1]; t++)
        {
            double[] bands = new double[40];
            for (int i = first; i <= last; i++)
            {
                // Bands are numbered from 0, the centre of band b lies at low + spacing·(b + 1).
                double place = ((Mel(i * width) - low) / spacing) - 1;
                int below = (int)Math.Floor(place);
                double magnitude = Math.Sqrt(spectrum[0, t, i]);
                if (below >= 0)
                {
                    bands[below] += magnitude * (1 - (place - below));
                }

                if (below + 1 < 40)
                {
                    bands[below + 1] += magnitude * (place - below);
                }
            }

            for (int k = 0; k < 10; k++)
            {
                y[0, t, k] = (float)(Math.Sqrt(2.0 / 40) * Enumerable.Range(0, 40).Sum(j => Math.Log(Math.Max(bands[j], 1e-12)) * Math.Cos(k * Math.PI / 40 * (j + 0.5))));
            }
        }

        return y;
    }

    private static float[] Box(Nd codes, Nd anchors, int i)
    {
        double y = (codes[0, i, 0] / 10 * anchors[i, 2]) + anchors[i, 0];
        double x = (codes[0, i, 1] / 10 * anchors[i, 3]) + anchors[i, 1];
        double h = Math.Exp(codes[0, i, 2] / 5) * anchors[i, 2] / 2;
        double w = Math.Exp(codes[0, i, 3] / 5) * anchors[i, 3] / 2;
        return [(float)(y - h), (float)(x - w), (float)(y + h), (float)(x + w)];
    }

    private static int[] Thinned(float[][] boxes, float[] scores, int most)
    {
        List<int> kept = [];
        foreach (int i in Enumerable.Range(0, boxes.Length).Where(i => scores[i] >= 0.25f).OrderByDescending(i => scores[i]))
        {
            if (kept.Count < most && kept.TrueForAll(k => Overlap(boxes[i], boxes[k]) <= 0.5))
            {
                kept.Add(i);
            }
        }

        return [.. kept];
    }

    private static double Overlap(float[] a, float[] b)
    {
        double height = Math.Max(0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]));
        double width = Math.Max(0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        double both = height * width;
        return both / (((a[2] - a[0]) * (a[3] - a[1])) + ((b[2] - b[0]) * (b[3] - b[1])) - both);
    }
}
