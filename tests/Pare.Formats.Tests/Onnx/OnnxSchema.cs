using Pare.Testing;

namespace Pare.Formats.Onnx.Tests;

/// <summary>Fields of onnx.proto that a comparison must know.</summary>
internal static class OnnxSchema
{
    public static ProtobufSchema Model { get; } = Build();

    private static ProtobufSchema Build()
    {
        ProtobufSchema entry = new();
        ProtobufSchema tensor = new ProtobufSchema().WithNumbers(0, 1, 5, 7, 11).WithNumbers(5, 4).WithNumbers(1, 10).With(13, entry).With(16, entry);
        ProtobufSchema sparse = new ProtobufSchema().With(1, tensor).With(2, tensor).WithNumbers(0, 3);
        ProtobufSchema valueInfo = new ProtobufSchema().With(2, new ProtobufSchema().With(1, new ProtobufSchema().With(2, new ProtobufSchema().With(1, new ProtobufSchema()))));
        ProtobufSchema graph = new();
        ProtobufSchema attribute = new ProtobufSchema().With(5, tensor).With(6, graph).With(10, tensor).With(11, graph).With(22, sparse).With(23, sparse).WithNumbers(5, 7).WithNumbers(0, 8);
        ProtobufSchema node = new ProtobufSchema().With(5, attribute).With(9, entry);
        graph.With(1, node).With(5, tensor).With(11, valueInfo).With(12, valueInfo).With(13, valueInfo).With(15, sparse).With(16, entry);
        ProtobufSchema operators = new();
        ProtobufSchema function = new ProtobufSchema().With(7, node).With(9, operators).With(11, attribute).With(12, valueInfo);
        return new ProtobufSchema().With(7, graph).With(8, operators).With(14, entry).With(25, function);
    }
}
