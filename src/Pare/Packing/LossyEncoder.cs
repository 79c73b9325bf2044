using Pare.Codecs;
using Pare.Formats;
using Pare.Passes.Quantize;

namespace Pare.Packing;

/// <summary>Turns the constants of a model into codes at a price of a bit: linear layers by descent on the curvature of the answers, other constants element by element.</summary>
internal sealed class LossyEncoder
{
    private const int LeastElements = 16;
    private const int LargestInput = 4096;
    private readonly IModelRunner _runner;
    private readonly Model _working;
    private readonly SampleBatches _calibration;
    private readonly IReadOnlyList<LinearLayer> _layers;
    private readonly IReadOnlyList<Value> _constants;
    private readonly Func<Model, double> _divergence;
    private readonly LossyPackOptions _options;
    private readonly LayerInputCache _inputs = new();
    private NetworkQuantizer? _quantizer;
    private bool _fixed;
    private RateDistortionOptions? _quantizerOptions;

    /// <summary>Prepares a model.</summary>
    /// <param name="runner">Runs models.</param>
    /// <param name="working">The model; not edited.</param>
    /// <param name="calibration">Samples that moments and sensitivities are taken from.</param>
    /// <param name="divergence">Twice the divergence of a model's answers from the original's, for models that cannot be differentiated.</param>
    /// <param name="options">Seed and threads.</param>
    public LossyEncoder(IModelRunner runner, Model working, SampleBatches calibration, Func<Model, double> divergence, LossyPackOptions options)
    {
        _runner = runner;
        _working = working;
        _calibration = calibration;
        _divergence = divergence;
        _options = options;
        _layers = [.. LinearLayers.Find(working).Where(l => l.Input is { IsConstant: false } && l.InputSize <= LargestInput && l.Weight.Constant!.Count >= LeastElements)];
        HashSet<Value> taken = [.. _layers.Select(l => l.Weight).Concat(_layers.Select(l => l.Bias).OfType<Value>())];
        _constants = [.. working.Graph.Constants.Where(v => v.Constant is { Type: DataType.Float32, Count: >= LeastElements } && !taken.Contains(v) && v.Uses.Count > 0 && v.Name.Length > 0)];
    }

    /// <summary>What the answers' curvature is; measured by <see cref="MeasureSensitivities"/>.</summary>
    public (OutputSensitivity?[] Layers, double[]?[] Constants) Sensitivities { get; private set; }

    /// <summary>The layers' steps as the last encoding had them.</summary>
    public IReadOnlyList<LossyLayerStep> Steps => [.. _layers.Where(l => _inputs.Steps.ContainsKey(l.Weight.Name)).Select(l => new LossyLayerStep(l.Weight.Name, _inputs.Steps[l.Weight.Name].Shape, _inputs.Steps[l.Weight.Name].HalfOctaves))];

    /// <summary>Whether there is anything to quantize.</summary>
    public bool HasWeights => _layers.Count + _constants.Count > 0;

    /// <summary>Takes steps instead of searching them.</summary>
    public void Fix(IReadOnlyList<LossyLayerStep> steps)
    {
        _fixed = true;
        foreach (LossyLayerStep step in steps)
        {
            _inputs.Steps[step.Weight] = new StepChoice(step.Shape, step.HalfOctaves);
        }
    }

    /// <summary>Measures the curvature at a model of the working model's structure.</summary>
    public void MeasureSensitivities(Model at, CancellationToken cancellation)
    {
        _quantizer = null;
        SensitivityOptions options = new() { Seed = _options.Seed, Threads = _options.Threads };
        IReadOnlyList<LinearLayer> layers = Matching(at);
        string[] names = [.. _constants.Select(c => c.Name)];
        SampleBatches samples = _calibration.Take((int)Math.Clamp(5e6 / ElementsPerSample(), 100, 2000));
        try
        {
            Sensitivities = LayerSensitivities.Measure(_runner, at, layers, names, samples, options, cancellation);
        }
        catch (Exception e) when (e is UnsupportedModelException or GraphException)
        {
            if (Sensitivities.Layers is null)
            {
                Sensitivities = PerturbedSensitivities.Measure(_runner, at, layers, names, _calibration.Take(64), _divergence, options, cancellation);
            }

            return;
        }

        // Constants that lost their names while the model was carried over.
        int[] missing = [.. Enumerable.Range(0, names.Length).Where(i => Sensitivities.Constants[i] is null)];
        if (missing.Length > 0)
        {
            (_, double[]?[] found) = PerturbedSensitivities.Measure(_runner, at, [], [.. missing.Select(i => names[i])], _calibration.Take(64), _divergence, options, cancellation);
            for (int k = 0; k < missing.Length; k++)
            {
                Sensitivities.Constants[missing[k]] = found[k];
            }
        }
    }

    /// <summary>Encodes at a price.</summary>
    /// <param name="lambda">The price of a bit.</param>
    /// <param name="options">How layers are treated.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>A copy of the model whose constants are codes, and what became of them.</returns>
    public (Model Model, IReadOnlyList<LossyTensor> Tensors) Encode(double lambda, RateDistortionOptions options, CancellationToken cancellation)
    {
        List<LossyTensor> tensors = [];
        Model start = _working.Clone();
        Dictionary<string, Value> values = ByName(start);
        for (int i = 0; i < _constants.Count; i++)
        {
            if (Sensitivities.Constants[i] is { } curvature)
            {
                TensorData before = _constants[i].Constant!;
                float[] w = before.ToFloats();
                (CodedWeight weight, double bits, _) = ConstantQuantizer.Quantize(w, before.Shape, curvature.Length == w.Length ? curvature : [curvature.Average()], lambda, _calibration.Count);
                Put(values[_constants[i].Name], weight, null, bits, tensors);
            }
        }

        if (_quantizer is null || _quantizerOptions != options)
        {
            _quantizer = new NetworkQuantizer(_runner, _working, _layers, Sensitivities.Layers, _calibration, options with { Threads = _options.Threads }) { Inputs = _inputs, SearchSteps = !_fixed };
            _quantizerOptions = options;
        }

        NetworkQuantizer quantizer = _quantizer;
        (LayerResult?[] results, Model model) = quantizer.Quantize(lambda, _constants.Count == 0 ? null : start, cancellation);
        quantizer.SearchSteps = false;
        values = ByName(model);
        foreach (LayerResult? r in results)
        {
            if (r is not null)
            {
                Put(values[r.Layer.Weight.Name], r.Weight, r.Layer, r.Bits, tensors);
                if (r.Bias is { } bias)
                {
                    Put(values[r.Layer.Bias!.Name], bias, null, new SymbolGroupEncoder().Measure(bias.Codes, bias.Layout).TotalBits, tensors);
                }
            }
        }

        return (model, tensors);
    }

    private void Put(Value value, CodedWeight weight, LinearLayer? layer, double bits, List<LossyTensor> tensors)
    {
        float[] before = ByName(_working)[value.Name].Constant!.ToFloats();
        AxisScale? rows = layer is null || weight.RowExponents is not { } r ? null : new AxisScale(RowStride(layer), Bytes(r));
        AxisScale? columns = layer is null || weight.ColumnExponents is not { } c ? null : new AxisScale(layer.OutputStride, Bytes(c));
        CodedTensor coded = new(DataType.Float32, value.Constant!.Shape, weight.Codes, weight.Layout, weight.Step, rows ?? columns, rows is null ? null : columns);
        value.Constant = coded;
        double signal = 0;
        double noise = 0;
        float[] after = coded.ToFloats();
        for (int i = 0; i < before.Length; i++)
        {
            signal += (double)before[i] * before[i];
            noise += ((double)before[i] - after[i]) * ((double)before[i] - after[i]);
        }

        double sqnr = noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
        tensors.Add(new LossyTensor(value.Name, before.Length, bits / before.Length, weight.Step, sqnr, (double)weight.Codes.Count(q => q == 0) / before.Length));
    }

    // Distance of neighbouring input channels in the flat tensor.
    private static int RowStride(LinearLayer layer)
    {
        for (int j = 1; j < layer.InputSize; j++)
        {
            if (layer.RowChannel[j] == layer.RowChannel[0] + 1)
            {
                return layer.RowOffset[j] - layer.RowOffset[0];
            }
        }

        return 1;
    }

    private static sbyte[] Bytes(int[] exponents) => [.. exponents.Select(e => (sbyte)e)];

    private double ElementsPerSample() => Math.Max(1, _calibration.Batches[0].Sum(t => t.Count) / (double)_calibration.Sizes[0]);

    private LinearLayer[] Matching(Model at)
    {
        Dictionary<string, LinearLayer> byWeight = LinearLayers.Find(at).ToDictionary(l => l.Weight.Name, StringComparer.Ordinal);
        return [.. _layers.Select(l => byWeight[l.Weight.Name])];
    }

    private static Dictionary<string, Value> ByName(Model model)
    {
        Dictionary<string, Value> values = new(StringComparer.Ordinal);
        foreach (Value v in model.Graph.Constants)
        {
            values.TryAdd(v.Name, v);
        }

        return values;
    }
}
