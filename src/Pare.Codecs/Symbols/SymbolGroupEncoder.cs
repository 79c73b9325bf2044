namespace Pare.Codecs;

/// <summary>
/// Codes the symbols of several tensors of one model into one stream; each starts with what the model learned from those before, where that helps.
/// Not thread-safe. The decoder needs the layouts in the same order.
/// </summary>
public sealed class SymbolGroupEncoder
{
    private readonly SymbolCoderOptions _options;
    private readonly ByteSink _sink = new();
    private readonly SymbolModel _model = new();
    private readonly SymbolModel _trial = new();
    private BinaryEncoder _coder;
    private bool _finished;

    /// <summary>Starts a stream.</summary>
    /// <param name="options">How hard to try; null takes <see cref="SymbolCoderOptions.Default"/>.</param>
    public SymbolGroupEncoder(SymbolCoderOptions? options = null)
    {
        _options = options ?? SymbolCoderOptions.Default;
        _coder = new BinaryEncoder(_sink);
    }

    /// <summary>Bits of the tensors so far, nearly.</summary>
    public double Bits { get; private set; }

    /// <summary>Codes a tensor.</summary>
    /// <param name="symbols">Its symbols in flat order.</param>
    /// <param name="layout">How they lie.</param>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    /// <exception cref="InvalidOperationException">The stream is finished.</exception>
    public void Append(ReadOnlySpan<int> symbols, SymbolLayout layout)
    {
        SymbolArguments.Check(symbols.Length, layout);
        ObjectDisposedException.ThrowIf(_finished, this);
        int[] copy = symbols.ToArray();
        (SymbolProfile profile, double bits) = Choose(copy, layout);
        if (_options.Quick || copy.Length > _options.TrialSymbols)
        {
            int before = _sink.Count;
            Run(ref _coder, _model, copy, layout, profile, null);
            Bits += 8.0 * (_sink.Count - before);
            return;
        }

        Bits += bits;
        Run(ref _coder, _model, copy, layout, profile, null);
    }

    /// <summary>Appends bytes as they are, for what no model predicts: the lower bits of floats whose exponents are symbols. They take eight bits each.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="InvalidOperationException">The stream is finished.</exception>
    public void AppendPlain(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        Bits += 8.0 * bytes.Length;
        foreach (byte value in bytes)
        {
            SymbolProfile.CodeBits(ref _coder, value, 8);
        }
    }

    /// <summary>What a tensor would cost if it were appended now; nothing is written.</summary>
    /// <param name="symbols">Its symbols in flat order.</param>
    /// <param name="layout">How they lie.</param>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    public SymbolCosts Measure(ReadOnlySpan<int> symbols, SymbolLayout layout)
    {
        SymbolArguments.Check(symbols.Length, layout);
        int[] copy = symbols.ToArray();
        SymbolProfile profile = Choose(copy, layout).Profile with { Offset = 0 };
        int[] zero = new int[copy.Length];
        byte[] classes = new byte[copy.Length];
        _trial.Mixing.CopyFrom(_model.Mixing);
        BinaryMeter meter = default;
        Run(ref meter, _trial, copy, layout, profile, (zero, classes));
        return SymbolCostTable.Make(symbols, zero, classes, meter.Bits);
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>All its bytes.</returns>
    public byte[] Finish()
    {
        if (!_finished)
        {
            _coder.Finish();
            _finished = true;
        }

        return _sink.ToArray();
    }

    internal static void Run<TCoder>(ref TCoder coder, SymbolModel model, Span<int> symbols, SymbolLayout layout, SymbolProfile profile, (int[], byte[])? notes)
        where TCoder : struct, IBinaryCoder
    {
        if (layout.Count == 0)
        {
            return;
        }

        profile = SymbolProfile.Code(ref coder, profile);
        if (profile.Fresh)
        {
            model.Mixing.Reset();
        }

        new SymbolPass(layout, profile) { Notes = notes }.Run(ref coder, model, symbols);
    }

    private (SymbolProfile Profile, double Bits) Choose(int[] symbols, SymbolLayout layout)
    {
        if (_options.Quick)
        {
            return (SymbolProfiles.Quick(symbols), 0);
        }

        (symbols, layout) = layout.Sample(symbols, _options.TrialSymbols);
        SymbolProfile best = SymbolProfiles.Quick(symbols);
        double bits = Price(symbols, layout, best);
        foreach (Func<SymbolProfile, IEnumerable<SymbolProfile>> stage in SymbolProfiles.Stages(symbols, layout))
        {
            foreach (SymbolProfile profile in stage(best).ToArray())
            {
                double price = profile == best ? bits : Price(symbols, layout, profile);
                if (price < bits)
                {
                    (best, bits) = (profile, price);
                }
            }
        }

        return (best, bits);
    }

    private double Price(int[] symbols, SymbolLayout layout, SymbolProfile profile)
    {
        _trial.Mixing.CopyFrom(_model.Mixing);
        BinaryMeter meter = default;
        Run(ref meter, _trial, symbols, layout, profile, null);
        return meter.Bits;
    }
}
