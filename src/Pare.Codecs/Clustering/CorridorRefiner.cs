namespace Pare.Codecs;

/// <summary>
/// Improves a cut found on groups of cells: each boundary may move to one of several places around where it stands, and a dynamic programme finds the best
/// joint choice. The first corridor is more than a segment wide, so that a segment too many at one end can wander to the other; then the places draw together
/// down to single cells. Cost per round: segments × places².
/// </summary>
internal sealed class CorridorRefiner
{
    private const int WideReach = 20;
    private const int WideParts = 12;
    private const int WideRounds = 6;
    private const int NarrowReach = 3;
    private const int NarrowRounds = 24;

    private readonly Cells _cells;
    private readonly int _zero;
    private readonly int[] _at;
    private readonly int[] _steps;
    private readonly int[] _target;
    private double[] _value = [];
    private int[] _from = [];

    private CorridorRefiner(Cells cells, Segmentation start)
    {
        _cells = cells;
        _zero = start.ZeroSegment;
        _at = (int[])start.Boundaries.Clone();
        _steps = new int[_at.Length];
        _target = new int[_at.Length];
    }

    /// <summary>Refines a cut of <paramref name="cells"/>, with the wide corridor first or without.</summary>
    public static Segmentation Refine(Cells cells, Segmentation start, bool wide)
    {
        CorridorRefiner refiner = new(cells, start);
        refiner.Run(wide);
        return start with { Boundaries = refiner._at };
    }

    private void Run(bool wide)
    {
        for (int round = 0; round < WideRounds; round++)
        {
            for (int j = 1; j + 1 < _at.Length; j++)
            {
                _steps[j] = Math.Max(1, (_at[j + 1] - _at[j - 1]) / (2 * WideParts));
            }

            if (!wide || !Round(WideReach))
            {
                break;
            }
        }

        bool single;
        do
        {
            single = true;
            for (int j = 0; j < _steps.Length; j++)
            {
                _steps[j] = Math.Max(1, (_steps[j] + 1) / 2);
                single &= _steps[j] == 1;
            }

            for (int round = 0; round < NarrowRounds && Round(NarrowReach); round++)
            {
            }
        }
        while (!single);
    }

    // One joint move; true when some boundary moved.
    private bool Round(int reach)
    {
        int k = _at.Length - 1;
        int places = 2 * reach + 1;
        if (_value.Length < (k + 1) * places)
        {
            _value = new double[(k + 1) * places];
            _from = new int[(k + 1) * places];
        }

        _value.AsSpan().Fill(double.NegativeInfinity);
        _value[reach] = 0;
        double[] weights = _cells.WeightPrefix;
        double[] sums = _cells.SumPrefix;
        for (int j = 1; j <= k; j++)
        {
            bool zero = j - 1 == _zero;
            (int firstEnd, int lastEnd) = Range(j, reach);
            (int firstBegin, int lastBegin) = Range(j - 1, reach);
            for (int p = firstEnd; p <= lastEnd; p++)
            {
                int end = _at[j] + (p - reach) * _steps[j];
                double w = weights[end];
                double s = sums[end];
                double best = double.NegativeInfinity;
                int choice = reach;
                for (int q = firstBegin; q <= lastBegin; q++)
                {
                    int begin = _at[j - 1] + (q - reach) * _steps[j - 1];
                    if (begin > end || (begin == end && !zero))
                    {
                        break;
                    }

                    double d = s - sums[begin];
                    double v = _value[(j - 1) * places + q] + (zero ? 0 : d * d / (w - weights[begin]));

                    // Staying wins ties, so that rounds end.
                    if (v > best || (v == best && q == reach))
                    {
                        best = v;
                        choice = q;
                    }
                }

                _value[j * places + p] = best;
                _from[j * places + p] = choice;
            }
        }

        bool moved = false;
        int place = reach;
        for (int j = k; j > 1; j--)
        {
            place = _from[j * places + place];
            _target[j - 1] = _at[j - 1] + (place - reach) * _steps[j - 1];
            moved |= _target[j - 1] != _at[j - 1];
        }

        _target.AsSpan(1, k - 1).CopyTo(_at.AsSpan(1));
        return moved;
    }

    // Places of boundary j that lie within the line; the ends do not move.
    private (int First, int Last) Range(int j, int reach)
    {
        if (j == 0 || j == _at.Length - 1)
        {
            return (reach, reach);
        }

        int down = Math.Min(reach, _at[j] / _steps[j]);
        int up = Math.Min(reach, (_cells.Count - _at[j]) / _steps[j]);
        return (reach - down, reach + up);
    }
}
