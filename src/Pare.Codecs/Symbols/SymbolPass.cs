using System.Numerics;

namespace Pare.Codecs;

/// <summary>Visits the symbols of a tensor in the order of a profile and shows each one's surroundings to the model. The encoder, the decoder and the dry run are this one walk.</summary>
internal sealed class SymbolPass
{
    private const int MagnitudeLimit = 1023;
    private const int SumLimit = 1 << 20;

    private readonly SymbolLayout _layout;
    private readonly SymbolProfile _profile;
    private readonly int[] _lengths = new int[4];
    private readonly int[] _strides = new int[4];
    private readonly int[] _back = new int[4];
    private readonly int[] _at = new int[4];

    // Place of each axis in the walk.
    private readonly int _output;
    private readonly int _input;
    private readonly int _y;
    private readonly int _x;
    private readonly int[] _outputSums;
    private readonly int[] _outputCounts;
    private readonly int[] _inputSums;
    private readonly int[] _inputCounts;
    private readonly int[] _positionSums;
    private readonly int[] _positionCounts;
    private int _sum;
    private int _count;
    private int _recent;

    public SymbolPass(SymbolLayout layout, SymbolProfile profile)
    {
        _layout = layout;
        _profile = profile;
        ReadOnlySpan<SymbolAxis> axes = SymbolProfile.WalkAxes(profile.Walk);
        int back = 1;
        for (int k = 3; k >= 0; k--)
        {
            _lengths[k] = layout.Length(axes[k]);
            _strides[k] = layout.Stride(axes[k]);
            _back[k] = back;
            back *= _lengths[k];
        }

        _output = axes.IndexOf(SymbolAxis.Output);
        _input = axes.IndexOf(SymbolAxis.Input);
        _y = axes.IndexOf(SymbolAxis.Y);
        _x = axes.IndexOf(SymbolAxis.X);
        _outputSums = new int[layout.Outputs];
        _outputCounts = new int[layout.Outputs];
        _inputSums = new int[layout.Inputs];
        _inputCounts = new int[layout.Inputs];
        _positionSums = new int[layout.Height * layout.Width];
        _positionCounts = new int[layout.Height * layout.Width];
    }

    /// <summary>Where the dry run notes what "zero" would cost at each flat position, in 65,536ths of probability, and the class of the position's magnitude.</summary>
    public (int[] Zero, byte[] Classes)? Notes { get; init; }

    /// <summary>Codes all symbols of a tensor.</summary>
    public void Run<TCoder>(ref TCoder coder, SymbolModel model, Span<int> symbols)
        where TCoder : struct, IBinaryCoder
    {
        // The symbols seen so far in the order of the walk, so that neighbours lie at fixed distances.
        int[] seen = new int[symbols.Length];
        int flat = 0;
        for (int n = 0; n < seen.Length; n++)
        {
            int magnitudeClass = SetContexts(model, seen, n);
            int symbol = model.Code(ref coder, unchecked(symbols[flat] - _profile.Offset), _profile.UnaryLimit);
            symbols[flat] = unchecked(symbol + _profile.Offset);
            if (Notes is { } notes)
            {
                notes.Zero[flat] = model.LastZero;
                notes.Classes[flat] = (byte)magnitudeClass;
            }

            seen[n] = symbol;
            Note(symbol);
            flat = Advance(flat);
        }
    }

    private static int Magnitude(int symbol) => symbol > MagnitudeLimit || symbol < -MagnitudeLimit ? MagnitudeLimit : Math.Abs(symbol);

    // Sixteen steps an octave; 0 for 0.
    private static int Log(int value)
    {
        int b = 31 - BitOperations.LeadingZeroCount((uint)value | 1);
        return value <= 0 ? 0 : (b << 4) + (b >= 4 ? (value >> (b - 4)) & 15 : (value << (4 - b)) & 15) + 1;
    }

    private static int Level(int log, int shift) => Math.Clamp(log, 0, 511) >> shift;

    // Mean magnitude in 256ths, drawn to that of the tensor while there are few.
    private int Mean(int sum, int count, int overall) => ((sum << 8) + 2 * overall) / (count + 2);

    private int SetContexts(SymbolModel model, int[] seen, int n)
    {
        int o = _at[_output];
        int i = _at[_input];
        int position = _at[_y] * _layout.Width + _at[_x];
        int overall = ((_sum << 8) + 256) / (_count + 2);
        int outputMean = Mean(_outputSums[o], _outputCounts[o], overall);
        int inputMean = Mean(_inputSums[i], _inputCounts[i], overall);
        int positionMean = Mean(_positionSums[position], _positionCounts[position], overall);
        int sx = _at[_x] > 0 ? seen[n - _back[_x]] : 0;
        int sy = _at[_y] > 0 ? seen[n - _back[_y]] : 0;
        int si = i > 0 ? seen[n - _back[_input]] : 0;
        int so = o > 0 ? seen[n - _back[_output]] : 0;
        int si2 = i > 1 ? seen[n - 2 * _back[_input]] : 0;
        int so2 = o > 1 ? seen[n - 2 * _back[_output]] : 0;
        bool periodic = _profile.Period > 0 && i >= _profile.Period;
        int sp = periodic ? seen[n - _profile.Period * _back[_input]] : 0;
        int neighbours = 1 + (_at[_x] > 0 ? 2 : 0) + (_at[_y] > 0 ? 2 : 0) + (i > 0 ? 2 : 0) + (o > 0 ? 2 : 0) + (i > 1 ? 1 : 0) + (o > 1 ? 1 : 0) + (periodic ? 2 : 0);
        int beside = 0;
        if (periodic && i > _profile.Period)
        {
            beside = Magnitude(seen[n - (_profile.Period - 1) * _back[_input]]) + Magnitude(seen[n - (_profile.Period + 1) * _back[_input]]);
            neighbours += 2;
        }

        int local = (((2 * (Magnitude(sx) + Magnitude(sy) + Magnitude(si) + Magnitude(so) + Magnitude(sp)) + Magnitude(si2) + Magnitude(so2) + beside) << 8) + overall) / neighbours;

        int all = Log(overall);
        int product = Log(outputMean) + Log(inputMean) + Log(positionMean) - 2 * all;
        int around = Log(local);
        Span<int> m = model.MagnitudeContexts;
        m[0] = 0;
        m[1] = Level(product, 2);
        m[2] = Level(around, 2);
        m[3] = Level((product + around) >> 1, 2);
        m[4] = Digit(sx) * 27 + Digit(sy) * 9 + Digit(si) * 3 + Digit(so);
        m[5] = Math.Min(Level(Log(outputMean), 4), 11) * 10 + Math.Min(Level(Log(inputMean), 4), 9);
        m[6] = Level(Log(_recent), 2);
        m[7] = Math.Min(position, 24) * 5 + Math.Min(4, Math.Min(2, Magnitude(sp)) + Math.Min(2, Magnitude(si2)));

        int[] s = model.SignContexts;
        s[1] = Sign(sx) * 3 + Sign(sy);
        s[2] = Sign(si) * 3 + Sign(so);
        s[3] = Sign(sx) * 27 + Sign(sy) * 9 + Sign(si) * 3 + Sign(so);
        s[4] = Sign(si) * 9 + Sign(si2) * 3 + Sign(sp);
        s[5] = Sign(so) * 3 + Sign(so2);
        s[6] = Sign(si + so + sx + sy + sp);
        s[7] = Math.Min(position, 40) * 3 + Sign(sx + sy);
        return Level(product, 4);
    }

    private void Note(int symbol)
    {
        int magnitude = Magnitude(symbol);
        int position = _at[_y] * _layout.Width + _at[_x];
        Add(ref _sum, ref _count, magnitude);
        Add(ref _outputSums[_at[_output]], ref _outputCounts[_at[_output]], magnitude);
        Add(ref _inputSums[_at[_input]], ref _inputCounts[_at[_input]], magnitude);
        Add(ref _positionSums[position], ref _positionCounts[position], magnitude);
        _recent += ((magnitude << 8) - _recent) >> 3;
    }

    private static void Add(ref int sum, ref int count, int magnitude)
    {
        sum += magnitude;
        count++;
        if (sum > SumLimit || count > SumLimit)
        {
            sum >>= 1;
            count >>= 1;
        }
    }

    private static int Digit(int symbol) => Math.Min(2, Magnitude(symbol));

    private static int Sign(int symbol) => 1 + Math.Sign(symbol);

    private int Advance(int flat)
    {
        for (int k = 3; k >= 0; k--)
        {
            flat += _strides[k];
            if (++_at[k] < _lengths[k])
            {
                return flat;
            }

            flat -= _strides[k] * _lengths[k];
            _at[k] = 0;
        }

        return flat;
    }
}
