using System.Collections.Immutable;
using System.Text;

namespace Pare;

/// <summary>The value of a node's attribute, with its kind. Immutable, except that a graph it holds can be edited.</summary>
public sealed class AttributeValue
{
    private readonly object? _value;

    private AttributeValue(AttributeKind kind, object? value, object? extension = null)
    {
        Kind = kind;
        _value = value;
        Extension = extension;
    }

    /// <summary>What the value is.</summary>
    public AttributeKind Kind { get; }

    /// <summary>What the format keeps beside the value (unknown fields, the form it was written in), an immutable object of the format's own, or null.</summary>
    public object? Extension { get; }

    /// <summary>The integer; a truth value reads as 0 or 1.</summary>
    public long AsInteger => _value is bool b ? (b ? 1 : 0) : (long)Get(AttributeKind.Integer);

    /// <summary>The float; an integer converts.</summary>
    public float AsFloat => _value is long i ? i : (float)Get(AttributeKind.Float);

    /// <summary>The truth value; an integer is true unless 0.</summary>
    public bool AsBoolean => _value is long i ? i != 0 : (bool)Get(AttributeKind.Boolean);

    /// <summary>The byte string.</summary>
    public ReadOnlyMemory<byte> AsBytes => (ReadOnlyMemory<byte>)Get(AttributeKind.String);

    /// <summary>The byte string as UTF-8 text.</summary>
    public string AsString => Kind == AttributeKind.Placeholder ? (string)_value! : Encoding.UTF8.GetString(AsBytes.Span);

    /// <summary>The element type.</summary>
    public DataType AsType => (DataType)Get(AttributeKind.Type);

    /// <summary>The shape, null for unknown rank.</summary>
    public SymbolicShape? AsShape => Kind == AttributeKind.Shape ? (SymbolicShape?)_value : throw Mismatch(AttributeKind.Shape);

    /// <summary>The tensor.</summary>
    public TensorData AsTensor => (TensorData)Get(AttributeKind.Tensor);

    /// <summary>The graph.</summary>
    public Graph AsGraph => (Graph)Get(AttributeKind.Graph);

    /// <summary>The function.</summary>
    public FunctionReference AsFunction => (FunctionReference)Get(AttributeKind.Function);

    /// <summary>The integers; an empty list of unknown kind reads as none.</summary>
    public ImmutableArray<long> AsIntegers => List<long>(AttributeKind.Integers);

    /// <summary>The floats.</summary>
    public ImmutableArray<float> AsFloats => List<float>(AttributeKind.Floats);

    /// <summary>The truth values.</summary>
    public ImmutableArray<bool> AsBooleans => List<bool>(AttributeKind.Booleans);

    /// <summary>The byte strings.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> AsStrings => List<ReadOnlyMemory<byte>>(AttributeKind.Strings);

    /// <summary>The element types.</summary>
    public ImmutableArray<DataType> AsTypes => List<DataType>(AttributeKind.Types);

    /// <summary>The shapes.</summary>
    public ImmutableArray<SymbolicShape?> AsShapes => List<SymbolicShape?>(AttributeKind.Shapes);

    /// <summary>The tensors.</summary>
    public ImmutableArray<TensorData> AsTensors => List<TensorData>(AttributeKind.Tensors);

    /// <summary>The graphs.</summary>
    public ImmutableArray<Graph> AsGraphs => List<Graph>(AttributeKind.Graphs);

    /// <summary>The functions.</summary>
    public ImmutableArray<FunctionReference> AsFunctions => List<FunctionReference>(AttributeKind.Functions);

    /// <summary>What only the format understands.</summary>
    public ReadOnlyMemory<byte> AsRaw => (ReadOnlyMemory<byte>)Get(AttributeKind.Raw);

    /// <summary>Creates an integer.</summary>
    public static AttributeValue Of(long value) => new(AttributeKind.Integer, value);

    /// <summary>Creates a float.</summary>
    public static AttributeValue Of(float value) => new(AttributeKind.Float, value);

    /// <summary>Creates a truth value.</summary>
    public static AttributeValue Of(bool value) => new(AttributeKind.Boolean, value);

    /// <summary>Creates a byte string from text, in UTF-8.</summary>
    public static AttributeValue Of(string value) => new(AttributeKind.String, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(value));

    /// <summary>Creates a byte string.</summary>
    public static AttributeValue Of(ReadOnlyMemory<byte> value) => new(AttributeKind.String, value);

    /// <summary>Creates an element type.</summary>
    public static AttributeValue Of(DataType value) => new(AttributeKind.Type, value);

    /// <summary>Creates a shape; null for unknown rank.</summary>
    public static AttributeValue OfShape(SymbolicShape? value) => new(AttributeKind.Shape, value);

    /// <summary>Creates a tensor.</summary>
    public static AttributeValue Of(TensorData value) => new(AttributeKind.Tensor, value);

    /// <summary>Creates a graph.</summary>
    public static AttributeValue Of(Graph value) => new(AttributeKind.Graph, value);

    /// <summary>Creates a function.</summary>
    public static AttributeValue Of(FunctionReference value) => new(AttributeKind.Function, value);

    /// <summary>Creates a list of integers.</summary>
    public static AttributeValue Of(params ImmutableArray<long> values) => new(AttributeKind.Integers, values);

    /// <summary>Creates a list of floats.</summary>
    public static AttributeValue Of(params ImmutableArray<float> values) => new(AttributeKind.Floats, values);

    /// <summary>Creates a list of truth values.</summary>
    public static AttributeValue Of(params ImmutableArray<bool> values) => new(AttributeKind.Booleans, values);

    /// <summary>Creates a list of byte strings.</summary>
    public static AttributeValue Of(params ImmutableArray<ReadOnlyMemory<byte>> values) => new(AttributeKind.Strings, values);

    /// <summary>Creates a list of element types.</summary>
    public static AttributeValue Of(params ImmutableArray<DataType> values) => new(AttributeKind.Types, values);

    /// <summary>Creates a list of shapes.</summary>
    public static AttributeValue OfShapes(params ImmutableArray<SymbolicShape?> values) => new(AttributeKind.Shapes, values);

    /// <summary>Creates a list of tensors.</summary>
    public static AttributeValue Of(params ImmutableArray<TensorData> values) => new(AttributeKind.Tensors, values);

    /// <summary>Creates a list of graphs.</summary>
    public static AttributeValue Of(params ImmutableArray<Graph> values) => new(AttributeKind.Graphs, values);

    /// <summary>Creates a list of functions.</summary>
    public static AttributeValue Of(params ImmutableArray<FunctionReference> values) => new(AttributeKind.Functions, values);

    /// <summary>Creates a list of no elements and no known kind.</summary>
    public static AttributeValue EmptyList() => new(AttributeKind.EmptyList, null);

    /// <summary>Creates a name to be bound by a function's caller.</summary>
    public static AttributeValue Placeholder(string name) => new(AttributeKind.Placeholder, name);

    /// <summary>Creates a value that only the format understands.</summary>
    public static AttributeValue Raw(ReadOnlyMemory<byte> bytes) => new(AttributeKind.Raw, bytes);

    /// <summary>The same value with what the format keeps beside it.</summary>
    public AttributeValue WithExtension(object? extension) => new(Kind, _value, extension);

    private object Get(AttributeKind kind) => Kind == kind ? _value! : throw Mismatch(kind);

    private ImmutableArray<T> List<T>(AttributeKind kind) => Kind == AttributeKind.EmptyList ? [] : (ImmutableArray<T>)Get(kind);

    private GraphException Mismatch(AttributeKind kind) => new($"an attribute of kind {Kind} was read as {kind}");
}
