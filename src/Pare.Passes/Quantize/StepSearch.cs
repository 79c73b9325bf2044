namespace Pare.Passes.Quantize;

/// <summary>Finds the step of a tensor: downhill from a first guess in half octaves, each judged by a short descent, then a longer descent at the best.</summary>
internal sealed class StepSearch(RateDistortionProblem problem, double guess, RateDistortionOptions options)
{
    private const int Reach = 12;
    private readonly Dictionary<int, CoordinateDescent> _tried = [];

    /// <summary>A short descent at a step of so many half octaves from the guess.</summary>
    public CoordinateDescent At(int halfOctaves)
    {
        if (!_tried.TryGetValue(halfOctaves, out CoordinateDescent? descent))
        {
            descent = new CoordinateDescent(problem, options.Threads);
            descent.Run(Step(halfOctaves), options.TrialSweeps);
            _tried[halfOctaves] = descent;
        }

        return descent;
    }

    /// <summary>The best step, in half octaves from the guess.</summary>
    /// <param name="start">Where to begin.</param>
    public int Best(int start = 0)
    {
        int at = start;
        while (Math.Abs(at) < Reach)
        {
            int next = At(at + 1).Objective < At(at).Objective ? at + 1 : At(at - 1).Objective < At(at).Objective ? at - 1 : at;
            if (next == at)
            {
                break;
            }

            at = next;
        }

        return at;
    }

    /// <summary>A descent to the end at a step.</summary>
    public CoordinateDescent Final(int halfOctaves)
    {
        CoordinateDescent final = new(problem, options.Threads);
        final.Run(Step(halfOctaves), options.Sweeps);
        return final;
    }

    private float Step(int halfOctaves) => CodedWeight.RoundStep((float)(guess * Math.Pow(2, halfOctaves / 2.0)));
}
