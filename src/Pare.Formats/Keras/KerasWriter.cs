using System.Buffers.Binary;
using Pare.Formats.Hdf5;

namespace Pare.Formats.Keras;

/// <summary>
/// Writes a Keras file back: the old file, byte by byte, with the values of the weights that changed in their places. So groups, attributes, order and the
/// optimizer's state stay; a changed structure has no place there and is refused.
/// </summary>
internal static class KerasWriter
{
    /// <summary>Writes an HDF5 file.</summary>
    public static void WriteHdf5(Model model, Stream stream)
    {
        KerasExtension extension = Check(model);
        if (extension.WeightsEntry is not null)
        {
            throw new UsageException("the model comes from a .keras archive and cannot be written as .h5; name a .keras file, or convert it to another format");
        }

        PatchedSource file = new(extension.File);
        Patch(model, file);
        file.WriteTo(stream);
    }

    /// <summary>Writes a <c>.keras</c> archive.</summary>
    public static void WriteArchive(Model model, Stream stream)
    {
        KerasExtension extension = Check(model);
        if (extension.WeightsEntry is not { } entry)
        {
            throw new UsageException("the model comes from an .h5 file and cannot be written as .keras; name an .h5 file, or convert it to another format");
        }

        ZipDirectory zip = ZipDirectory.Read(extension.File);
        ByteSource content = zip.Open(entry, long.MaxValue);
        PatchedSource weights = new(content);
        Patch(model, weights);
        using Crc32Stream checksum = new();
        weights.WriteTo(checksum);
        PatchedSource file = new(extension.File);
        if (!weights.IsChanged)
        {
            file.WriteTo(stream);
        }
        else if (entry.Method == 0 && weights.Length == entry.Size)
        {
            file.ReplaceAsIn(weights, entry.DataAt);
            PatchChecksum(extension.File, entry, checksum.Value, file);
            file.WriteTo(stream);
        }
        else
        {
            ZipRewriter.Write(extension.File, zip, entry, weights, checksum.Value, stream);
        }
    }

    private static KerasExtension Check(Model model)
    {
        if (model.Extension is not KerasExtension extension)
        {
            throw new GraphException("only models that were read from a Keras file can be written as one; convert to another format");
        }

        return KerasReader.Describe(model.Graph) == extension.Structure
            ? extension
            : throw new GraphException("the network's structure changed, which a Keras file is not rewritten for: only the values of weights can change; convert to another format (.onnx, .pb, .tflite) first");
    }

    private static void Patch(Model model, PatchedSource file)
    {
        foreach (Value v in model.Graph.Initializers)
        {
            if (v.Extension is not KerasWeight weight || ReferenceEquals(v.Constant, weight.Original))
            {
                continue;
            }

            TensorData content = v.Constant!;
            Hdf5Dataset dataset = weight.Dataset;
            if (content.Type != dataset.ElementType || !content.Shape.Equals(dataset.Shape))
            {
                throw new GraphException($"the weight '{v.Name}' became {content}; the file holds {weight.Original}, and type and shape cannot change in place");
            }

            if (dataset.Chunks is not null)
            {
                ChunkEncoder.Replace(dataset, content, file);
            }
            else if (dataset.ContiguousAt is { } at && !(dataset.IsCompact && dataset.HeaderHasChecksums))
            {
                TensorData stored = dataset.Datatype.BigEndian && dataset.Datatype.Size > 1 ? new SwappedTensorData(content, dataset.Datatype.Size) : content;
                file.Replace(at + dataset.File.Bytes.BaseAddress, stored);
            }
            else if (content.Count > 0)
            {
                throw new UnsupportedModelException($"the weight '{v.Name}' lies where it cannot be changed in place (in an object header, or never written); repack the file first: h5repack -l CONTI IN OUT", []);
            }
        }
    }

    private static void PatchChecksum(ByteSource bytes, ZipEntry entry, uint checksum, PatchedSource file)
    {
        const int DescriptorFlag = 8;
        byte[] value = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(value, checksum);
        file.Replace(entry.CentralAt + 16, value);
        if ((entry.Flags & DescriptorFlag) == 0)
        {
            file.Replace(entry.LocalAt + 14, value);
        }
        else
        {
            // The checksum stands behind the data, with or without a signature in front.
            long at = entry.DataAt + entry.Compressed;
            file.Replace(at + (bytes.Length >= at + 4 && bytes.Slice(at, 4).Span is [(byte)'P', (byte)'K', 7, 8] ? 4 : 0), value);
        }
    }
}
