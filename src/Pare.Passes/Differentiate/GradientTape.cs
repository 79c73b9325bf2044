using Pare.Passes.Conversion;

namespace Pare.Passes.Differentiation;

/// <summary>What rules of differentiation write to: the graph that grows, the extents of its values, and the gradients summed so far.</summary>
internal sealed class GradientTape
{
    private readonly IReadOnlyDictionary<string, TensorShape> _shapes;
    private readonly HashSet<Value> _wanted;
    private readonly Dictionary<Value, Value> _gradients = new(ReferenceEqualityComparer.Instance);
    private readonly long _opset;

    public GradientTape(OnnxBuilder builder, IReadOnlyDictionary<string, TensorShape> shapes, HashSet<Value> wanted, long opset)
    {
        Builder = builder;
        _shapes = shapes;
        _wanted = wanted;
        _opset = opset;
    }

    /// <summary>Emits nodes.</summary>
    public OnnxBuilder Builder { get; }

    /// <summary>Operator set of the model.</summary>
    public long Opset => _opset;

    /// <summary>Whether anything asked for depends on a value.</summary>
    public bool Needs(Value? value) => value is not null && _wanted.Contains(value);

    /// <summary>Extents of a value of the model as it runs.</summary>
    /// <exception cref="GraphException">They are not known.</exception>
    public TensorShape ShapeOf(Value value) =>
        value.Constant?.Shape ?? (_shapes.TryGetValue(value.Name, out TensorShape? shape) ? shape : throw new GraphException($"the extents of '{value.Name}' are not known"));

    /// <summary>The gradient by a value, null where there is none.</summary>
    public Value? GradientOf(Value value) => _gradients.GetValueOrDefault(value);

    /// <summary>Adds a part of the gradient by a value, which has the value's extents.</summary>
    public void Add(Value value, Value gradient)
    {
        if (Needs(value))
        {
            _gradients[value] = _gradients.TryGetValue(value, out Value? sum) ? Builder.Add(sum, gradient) : gradient;
        }
    }

    /// <summary>Adds a part of the gradient by a value that was broadcast: sums over what was repeated.</summary>
    /// <param name="value">The value.</param>
    /// <param name="gradient">A gradient of the extents that the value was broadcast to.</param>
    /// <param name="extents">Those extents.</param>
    public void AddBroadcast(Value value, Func<Value> gradient, TensorShape extents)
    {
        if (!Needs(value))
        {
            return;
        }

        TensorShape shape = ShapeOf(value);
        Value g = gradient();
        List<long> axes = [];
        int lead = extents.Rank - shape.Rank;
        for (int i = 0; i < extents.Rank; i++)
        {
            if (i < lead || (shape[i - lead] == 1 && extents[i] != 1))
            {
                axes.Add(i);
            }
        }

        if (axes.Count > 0)
        {
            g = Reshape(Sum(g, [.. axes], keep: true), shape);
        }

        Add(value, g);
    }

    /// <summary>Sums over axes.</summary>
    public Value Sum(Value x, long[] axes, bool keep) => Reduce("ReduceSum", x, axes, keep, 13);

    /// <summary>Means over axes.</summary>
    public Value Mean(Value x, long[] axes, bool keep) => Reduce("ReduceMean", x, axes, keep, 18);

    /// <summary>Reshapes.</summary>
    public Value Reshape(Value x, TensorShape shape) => Builder.Emit("Reshape", [x, Builder.Int64s(shape.Dimensions)]);

    /// <summary>A constant scalar of binary32.</summary>
    public Value Scalar(double value) => Builder.Scalar(DataType.Float32, value);

    /// <summary>1 where a condition holds, else 0, in binary32.</summary>
    public Value Mask(Value condition) => Builder.Emit("Cast", [condition], ("to", AttributeValue.Of(1L)));

    // From some operator set on the axes are an input.
    private Value Reduce(string @operator, Value x, long[] axes, bool keep, long from) => _opset >= from
        ? Builder.Emit(@operator, [x, Builder.Int64s(axes)], ("keepdims", AttributeValue.Of(keep ? 1L : 0L)))
        : Builder.Emit(@operator, [x], ("axes", OnnxBuilderHelpers.Ints(axes)), ("keepdims", AttributeValue.Of(keep ? 1L : 0L)));
}
