using Pare.Passes.Quantize;
using Xunit;

namespace Pare.Passes.Tests.Quantize;

public sealed class CoordinateDescentTests
{
    private const int Inputs = 40;
    private const int Outputs = 12;

    private static RateDistortionProblem Problem(double lambda)
    {
        Random random = new(5);
        Model model = new(Vocabularies.Onnx);
        Value x = new("x", DataType.Float32);
        model.Graph.Inputs.Add(x);
        float[] w = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => (float)Math.Pow((random.NextDouble() * 2) - 1, 3))];
        Value weight = model.Graph.AddInitializer("w", DenseTensorData.Create(w, new TensorShape(Inputs, Outputs)));
        model.Graph.Outputs.Add(model.Graph.CreateNode("p", "MatMul", [x, weight]).Output);
        LinearLayer layer = Assert.Single(LinearLayers.Find(model));

        // H = XᵀX of inputs that go together.
        double[,] factors = new double[60, Inputs];
        for (int r = 0; r < 60; r++)
        {
            double common = random.NextDouble();
            for (int j = 0; j < Inputs; j++)
            {
                factors[r, j] = common + (0.3 * random.NextDouble());
            }
        }

        float[] h = new float[Inputs * Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            for (int j = 0; j < Inputs; j++)
            {
                h[(i * Inputs) + j] = (float)Enumerable.Range(0, 60).Sum(r => factors[r, i] * factors[r, j] / 60);
            }
        }

        float[] target = new float[w.Length];
        for (int c = 0; c < Outputs; c++)
        {
            for (int j = 0; j < Inputs; j++)
            {
                target[(c * Inputs) + j] = w[(j * Outputs) + c];
            }
        }

        return new RateDistortionProblem
        {
            Layer = layer,
            Target = target,
            Hessian = [.. Enumerable.Repeat(h, Outputs)],
            Weight = [.. Enumerable.Range(1, Outputs).Select(c => (double)c)],
            Lambda = lambda,
            ColumnScale = [.. Enumerable.Repeat(1f, Outputs)],
            RowScale = [.. Enumerable.Repeat(1f, Inputs)],
        };
    }

    private static CoordinateDescent Descend(double lambda, int sweeps, int threads = 2)
    {
        CoordinateDescent descent = new(Problem(lambda), threads);
        descent.Run(0.25f, sweeps);
        return descent;
    }

    [Fact]
    public void Run_MoreSweeps_LowerTheObjective()
    {
        double rounded = Descend(0.02, 0).Objective;
        double swept = Descend(0.02, 10).Objective;
        Assert.True(swept < 0.8 * rounded, $"{rounded} by rounding, {swept} after sweeps");
    }

    [Fact]
    public void Run_DearerBits_GivesFewerOfThem()
    {
        CoordinateDescent cheap = Descend(0.001, 10);
        CoordinateDescent dear = Descend(0.3, 10);
        Assert.True(dear.Bits < 0.8 * cheap.Bits, $"{cheap.Bits} and {dear.Bits} bits");
        Assert.True(dear.Distortion > cheap.Distortion);
    }

    [Fact]
    public void Run_AnyThreads_SameCodes() => Assert.Equal(Descend(0.02, 8, 1).Codes, Descend(0.02, 8, 4).Codes);

    [Fact]
    public void Run_InputThatIsNeverThere_CostsNothing()
    {
        RateDistortionProblem problem = Problem(0.01);
        for (int j = 0; j < Inputs; j++)
        {
            problem.Hessian[0][(3 * Inputs) + j] = 0;
            problem.Hessian[0][(j * Inputs) + 3] = 0;
        }

        CoordinateDescent descent = new(problem, 1);
        descent.Run(0.01f, 2);
        Assert.All(Enumerable.Range(0, Outputs), c => Assert.Equal(0, descent.Codes[(3 * Outputs) + c]));
    }

    // Two groups of columns: errors within a group cancel in part.
    private static RateDistortionProblem Coupled()
    {
        RateDistortionProblem problem = Problem(0.02);
        float[] ratios = new float[Outputs * Outputs];
        for (int a = 0; a < Outputs; a++)
        {
            for (int b = 0; b < Outputs; b++)
            {
                ratios[(a * Outputs) + b] = a != b && a % 2 == b % 2 ? (float)(0.6 * Math.Sqrt(problem.Weight[b] / problem.Weight[a])) : 0;
            }
        }

        return problem with { Coupling = ratios };
    }

    private static double Cost(RateDistortionProblem problem, float[] values)
    {
        double sum = 0;
        for (int a = 0; a < Outputs; a++)
        {
            for (int b = 0; b < Outputs; b++)
            {
                double g = problem.Weight[a] * (a == b ? 1 : problem.Coupling![(a * Outputs) + b]);
                for (int i = 0; g != 0 && i < Inputs; i++)
                {
                    for (int j = 0; j < Inputs; j++)
                    {
                        double ea = problem.Target[(a * Inputs) + i] - values[(i * Outputs) + a];
                        double eb = problem.Target[(b * Inputs) + j] - values[(j * Outputs) + b];
                        sum += g * ea * eb * problem.Hessian[0][(i * Inputs) + j];
                    }
                }
            }
        }

        return sum;
    }

    [Fact]
    public void Run_CoupledColumns_LowersTheWholeFormAndMeasuresIt()
    {
        RateDistortionProblem problem = Coupled();
        CoordinateDescent together = new(problem, 2);
        together.Run(0.25f, 12);
        double cost = Cost(problem, together.Values());
        Assert.InRange(together.Distortion, 0.999 * cost, 1.001 * cost);

        CoordinateDescent apart = Descend(0.02, 12);
        double without = Cost(problem, apart.Values()) + (0.02 * apart.Bits);
        Assert.True(together.Objective < 0.97 * without, $"{without} by columns apart, {together.Objective} together");
    }

    [Fact]
    public void Run_CoupledColumnsAnyThreads_SameCodes()
    {
        CoordinateDescent one = new(Coupled(), 1);
        CoordinateDescent four = new(Coupled(), 4);
        one.Run(0.25f, 8);
        four.Run(0.25f, 8);
        Assert.Equal(one.Codes, four.Codes);
    }
}
