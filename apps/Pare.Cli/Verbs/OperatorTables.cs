using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Draws where a model's time goes.</summary>
internal static class OperatorTables
{
    public static void Draw(string model, OperatorProfile profile, int top, Printer p)
    {
        p.Line();
        p.Line($"{model}: {Ms(profile.TotalMs)} ms in operators a run, mean of {profile.Runs} runs");
        TextTable types = new("type", ">nodes", ">ms", ">share");
        foreach (OperatorTypeTiming t in profile.Types)
        {
            types.Add(t.Operator, Show.Count(t.Nodes), Ms(t.MeanMs), Show.Percent(t.Share));
        }

        p.Table(types);
        TextTable operators = new("operator", "type", ">ms", ">share", ">output KB");
        foreach (OperatorTiming o in profile.Operators.Take(top))
        {
            operators.Add(o.Node, o.Operator, Ms(o.MeanMs), Show.Percent(o.Share), Show.Number(o.OutputBytes / 1e3, "0.0"));
        }

        p.Table(operators);
        if (profile.Operators.Count > top)
        {
            p.Line($"and {profile.Operators.Count - top} more: --top {profile.Operators.Count} or --json shows all");
        }
    }

    private static string Ms(double ms) => Show.Number(ms, "0.000");
}
