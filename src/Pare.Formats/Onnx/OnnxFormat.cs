using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>
/// ONNX models (<c>.onnx</c>), representation versions from 3 and operator sets from 7. Tensors are views of the file; external data is mapped, from the
/// model's own folder only. What Pare does not understand is kept as it stands. Stateless and thread-safe.
/// </summary>
/// <remarks>
/// <para>The content of a <c>Constant</c> node is its output's <see cref="Value.Constant"/>; it is written in the form it was read in while nobody replaced it.</para>
/// <para>A graph input that is also an initializer (before version 4 of the representation every initializer is) counts as a constant, not as an input; it is
/// still declared as an input when written.</para>
/// </remarks>
public sealed class OnnxFormat : IModelFormat
{
    internal const string FormatName = "ONNX";

    /// <inheritdoc/>
    public string Name => "onnx";

    /// <inheritdoc/>
    public IReadOnlyList<string> Suffixes { get; } = [".onnx"];

    /// <inheritdoc/>
    public Vocabulary Vocabulary => Vocabularies.Onnx;

    /// <inheritdoc/>
    public FormatMatch Identify(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Bytes.Length is 0 or > int.MaxValue)
        {
            return FormatMatch.No;
        }

        bool version = false;
        bool graph = false;
        bool operators = false;
        try
        {
            WireReader reader = new(source.Bytes.PeekAll(), FormatName);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1 or 5 when reader.Type != WireType.Varint:
                    case (>= 2 and <= 4) or (>= 6 and <= 8) or 14 or 20 or 25 or 26 when reader.Type != WireType.Bytes:
                        return FormatMatch.No;
                    case 1:
                        long v = reader.Int64();
                        if (v is < 1 or > 1000)
                        {
                            return FormatMatch.No;
                        }

                        version = true;
                        continue;
                    case 7:
                        graph = true;
                        break;
                    case 8:
                        operators = true;
                        break;
                    default:
                        break;
                }

                reader.Skip();
            }
        }
        catch (ModelFormatException)
        {
            // The end may be missing; what came before may still tell, so that the reader can say what is wrong.
            return version ? FormatMatch.Possible : FormatMatch.No;
        }

        return version && graph && operators ? FormatMatch.Likely : version && (graph || operators) ? FormatMatch.Possible : FormatMatch.No;
    }

    /// <inheritdoc/>
    public Model Read(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Model model = new OnnxReader(source).Read();
        GraphVerifier.Verify(model);
        return model;
    }

    /// <inheritdoc/>
    /// <remarks>A message cannot hold 2 GB: then the initializers go to a companion file named after the main file, with <c>.data</c> behind.</remarks>
    public void Write(Model model, ModelTarget target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        new OnnxWriter(model, new OnnxWriteOptions()).WriteTo(target);
    }

    /// <summary>Writes a model with options of this format.</summary>
    /// <param name="model">The model; the verifier's rules hold.</param>
    /// <param name="target">Where the file goes.</param>
    /// <param name="options">Where initializers go.</param>
    public static void Write(Model model, ModelTarget target, OnnxWriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        new OnnxWriter(model, options).WriteTo(target);
    }

    /// <summary>
    /// Writes a model without the contents of its large initializers, for a consumer that takes them apart from the message (ONNX Runtime:
    /// <c>SessionOptions.AddExternalInitializers</c>), so that they need not be copied into it. The message declares them as external data.
    /// </summary>
    /// <param name="model">The model; the verifier's rules hold.</param>
    /// <param name="stream">Receives the message.</param>
    /// <param name="from">Bytes from which on an initializer of the main graph is left out.</param>
    /// <returns>The initializers left out.</returns>
    public static IReadOnlyList<Value> WriteWithoutLargeInitializers(Model model, Stream stream, long from)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        OnnxWriter writer = new(model, new OnnxWriteOptions { ExternalFrom = from });
        writer.WriteMessage(stream, companionName: "elsewhere");
        return writer.External;
    }
}
